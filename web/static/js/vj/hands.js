// Who leads, how strongly the picture answers, how calm it is, and whether there is one at all.

import { html, useSignal } from "../shared/view.js";
import { percent, t } from "../shared/i18n.js";

export function Hands({ session, settings }) {
  const on = useSignal(session.room.show)?.scene ?? null;
  const manual = () => session.change({ mode: "manual", scene: on ?? settings.scene }); // what is on stays on
  return html`
    <section class="panel vj-hands" aria-label=${t("vj.hands")}>
      <div class="vj-mode" role="group" aria-label=${t("vj.mode")}>
        <button type="button" aria-pressed=${settings.mode === "auto"} aria-keyshortcuts="A" onClick=${() => session.change({ mode: "auto" })}>${t("vj.auto")}<kbd aria-hidden="true">A</kbd></button>
        <button type="button" aria-pressed=${settings.mode === "manual"} onClick=${manual}>${t("vj.manual")}</button>
      </div>
      <p class="quiet">${t(settings.mode === "auto" ? "vj.auto_text" : "vj.manual_text")}</p>
      <label class="vj-intensity"><span>${t("vj.intensity")}<output class="figure">${percent(settings.intensity)}</output></span>
        <input class="slider" type="range" min="0" max="1" step="0.05" value=${settings.intensity} aria-valuetext=${percent(settings.intensity)}
          onInput=${(event) => session.change({ intensity: Number(event.target.value) })} /></label>
      <div class="vj-switches">
        <${Switch} name="calm" keys="C" value=${settings.calm} session=${session} />
        <${Switch} name="enabled" value=${settings.enabled} session=${session} />
      </div>
    </section>`;
}

function Switch({ name, value, session, keys = null }) {
  return html`
    <button type="button" class="vj-switch" role="switch" aria-checked=${value} aria-keyshortcuts=${keys} onClick=${() => session.change({ [name]: !value })}>
      <i aria-hidden="true"></i><span><strong>${t(`vj.${name}`)}</strong><span class="quiet">${t(`vj.${name}_text`)}</span></span>
    </button>`;
}
