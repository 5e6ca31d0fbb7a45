// How late the loudspeaker is, and what the listener's buffer does.

import { html, useEffect, useRef, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";

const OFFSET_MOST_MS = 600;

/** Bluetooth loudspeakers lag by what no browser knows: the ear sets it. */
export function Timing({ session, onClose }) {
  const offset = useSignal(session.offsetMs);
  const report = useSignal(session.player.report);
  const box = useRef(null);
  useEffect(() => {
    box.current.querySelector("input").focus();
    const leave = (event) => {
      if (event.type === "keydown" ? event.key !== "Escape" : box.current.parentElement.contains(event.target)) return;
      if (event.type === "keydown") box.current.parentElement.querySelector("button").focus();
      onClose();
    };
    addEventListener("keydown", leave);
    addEventListener("pointerdown", leave);
    return () => {
      removeEventListener("keydown", leave);
      removeEventListener("pointerdown", leave);
    };
  }, []);
  return html`
    <div ref=${box} class="timing-box" role="group" aria-label=${t("live.timing")}>
      <label for="offset">${t("live.offset")}<output class="figure">${t("live.milliseconds", { ms: number(offset) })}</output></label>
      <input id="offset" class="slider" type="range" min="0" max=${OFFSET_MOST_MS} step="10" value=${offset}
        onInput=${(event) => session.setOffset(Number(event.target.value))} />
      <p>${t("live.offset_text")}</p>
      ${report && html`
        <dl class="timing-facts">
          <div><dt>${t("live.buffer")}</dt><dd class="figure">${t("live.milliseconds", { ms: number(Math.round(report.fillSeconds * 1000 / 10) * 10) })}</dd></div>
          <div><dt>${t("live.dropouts")}</dt><dd class="figure">${number(report.glitches)}</dd></div>
        </dl>`}
    </div>`;
}
