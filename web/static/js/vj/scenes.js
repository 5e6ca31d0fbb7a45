// What is drawn and in which colours: a picture and a name for each.

import { html, useSignal } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { PALETTES, SCENES } from "./catalogue.js";
import { paletteName, sceneName } from "./words.js";

const PICTURES = new URL("../../scenes/", import.meta.url);
const NUMBERED = 9; // scenes that have a key

/** Show a scene from now on. */
export function chooseScene(session, scene) {
  session.change({ mode: "manual", scene });
}

export function Scenes({ session, settings }) {
  const on = useSignal(session.room.show)?.scene ?? null;
  return html`
    <section class="vj-scenes" aria-labelledby="scenes-title">
      <h2 id="scenes-title">${t("vj.scenes")}</h2>
      <div class="scenes">
        ${SCENES.map((slug, at) => html`
          <button type="button" key=${slug} class="scene" aria-pressed=${settings.mode === "manual" && settings.scene === slug}
            data-on=${on === slug} aria-keyshortcuts=${at < NUMBERED ? String(at + 1) : null} onClick=${() => chooseScene(session, slug)}>
            <img src=${new URL(`${slug}.webp`, PICTURES).href} alt="" width="192" height="108" decoding="async" />
            <span class="scene-name">${sceneName(slug)}${on === slug && html` <span class="scene-on">${t("vj.on_screen")}</span>`}</span>
            ${at < NUMBERED && html`<kbd aria-hidden="true">${at + 1}</kbd>`}
          </button>`)}
      </div>
    </section>`;
}

export function Palettes({ session, settings }) {
  const on = useSignal(session.room.show)?.palette ?? null;
  const choose = (palette) => session.change({ palette });
  return html`
    <section class="panel vj-palettes" aria-labelledby="palettes-title">
      <h2 id="palettes-title">${t("vj.palettes")}</h2>
      <div class="swatches">
        <button type="button" class="swatch-button is-auto" aria-pressed=${settings.palette === null} onClick=${() => choose(null)}><span>${t("vj.palette_auto")}</span></button>
        ${PALETTES.map((slug) => html`
          <button type="button" key=${slug} class="swatch-button" aria-pressed=${settings.palette === slug} data-on=${on === slug} onClick=${() => choose(slug)}>
            <i class=${`palette palette-${slug}`}></i><span>${paletteName(slug)}</span></button>`)}
      </div>
    </section>`;
}
