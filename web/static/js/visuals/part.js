// The part of the audience page that shows pictures: fetched once its room has a show.

import { html, useRef, useSignal, useState } from "../shared/view.js";
import { addTexts, t } from "../shared/i18n.js";
import { Icon, addIcons } from "../shared/icons.js";
import { useLeaving } from "../shared/hooks.js";
import { reducedMotion } from "../shared/theme.js";
import { ICONS } from "./icons.js";
import { rememberWish } from "./pictures.js";

export { Visuals } from "./visuals.js";
export { VisualsLayer } from "./layer.js";

/** Fetch the words and the sheet. */
export async function prepare() {
  addIcons(ICONS);
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL("../../visuals.css", import.meta.url).href;
  const there = new Promise((resolve) => { sheet.onload = sheet.onerror = resolve; });
  document.head.append(sheet);
  await Promise.all([there, addTexts(["visuals"])]);
}

/** Pictures on and off; asks back where the system wants less motion. */
export function VisualsButton({ pictures }) {
  const on = useSignal(pictures.on);
  const [asking, setAsking] = useState(false);
  const box = useRef(null);
  useLeaving(box, asking, () => setAsking(false));
  const set = (wanted) => {
    setAsking(false);
    rememberWish(wanted);
    pictures.set(wanted);
  };
  const press = () => (!on && reducedMotion.matches && !asking ? setAsking(true) : set(!on));
  const label = t(on ? "visuals.turn_off" : "visuals.turn_on");
  return html`
    <div class="visuals-switch" ref=${box}>
      <button type="button" class="icon-button on-screen" aria-label=${label} title=${label} aria-pressed=${on} aria-keyshortcuts="V"
        aria-expanded=${reducedMotion.matches && !on ? asking : null} onClick=${press}><${Icon} name=${on ? "sparkles" : "sparkles-off"} /></button>
      ${asking && html`
        <div class="visuals-ask" role="group" aria-label=${t("visuals.turn_on")}>
          <p>${t("visuals.motion_text")}</p>
          <button type="button" class="button" onClick=${() => set(true)}>${t("visuals.show_them")}</button>
          <button type="button" class="button button-quiet" onClick=${() => setAsking(false)}>${t("visuals.not_now")}</button>
        </div>`}
    </div>`;
}
