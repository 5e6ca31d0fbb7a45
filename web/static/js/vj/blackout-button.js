// The largest thing on the page: black for as long as it is held.

import { html, useEffect, useRef, useSignal, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";

const PRESSES = new Set([" ", "Enter"]);
const ECHO_MS = 1_500; // so long one's own blackout may still be told

export function BlackoutButton({ blackout, room }) {
  const held = useSignal(blackout.held);
  const others = useOthers(useSignal(room.show)?.blackout === true && !held);
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
    <button type="button" class="blackout" ref=${button} aria-pressed=${held} data-others=${others} aria-keyshortcuts="B" onPointerDown=${down} onPointerUp=${release}
      onPointerCancel=${release} onLostPointerCapture=${release} onKeyDown=${key} onKeyUp=${key} onBlur=${release} onContextMenu=${(event) => event.preventDefault()}>
      <${Icon} name="hand" size=${24} /><span>${t(held ? "vj.blackout_on" : others ? "vj.blackout_others" : "vj.blackout")}</span><kbd>B</kbd>
    </button>`;
}

/** Whether another hand holds black. */
function useOthers(dark) {
  const [others, setOthers] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOthers(dark), dark ? ECHO_MS : 0);
    return () => clearTimeout(timer);
  }, [dark]);
  return others && dark;
}
