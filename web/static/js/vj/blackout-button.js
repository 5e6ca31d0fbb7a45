// The largest thing on the page: black for as long as it is held.

import { html, useRef, useSignal } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";

const PRESSES = new Set([" ", "Enter"]);

export function BlackoutButton({ blackout }) {
  const held = useSignal(blackout.held);
  const button = useRef(null);
  const down = (event) => {
    if (event.button !== 0) return;
    button.current.setPointerCapture(event.pointerId); // a finger that slides off still holds
    blackout.press();
  };
  const key = (event) => {
    if (!PRESSES.has(event.key)) return;
    event.preventDefault();
    if (event.type === "keydown") blackout.press();
    else blackout.release();
  };
  const release = () => blackout.release();
  return html`
    <button type="button" class="blackout" ref=${button} aria-pressed=${held} aria-keyshortcuts="B" onPointerDown=${down} onPointerUp=${release}
      onPointerCancel=${release} onLostPointerCapture=${release} onKeyDown=${key} onKeyUp=${key} onBlur=${release} onContextMenu=${(event) => event.preventDefault()}>
      <${Icon} name="hand" size=${24} /><span>${t(held ? "vj.blackout_on" : "vj.blackout")}</span><kbd>B</kbd>
    </button>`;
}
