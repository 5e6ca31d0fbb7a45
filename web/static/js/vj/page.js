// The VJ's page as a whole. It is used in the dark, with one hand, on a tablet: what is touched most is largest.

import { html, useEffect, useFrames, useSignal, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Door } from "../shared/door.js";
import { Icon } from "../shared/icons.js";
import { Dialog, Foot, Page, TopBar, copyText } from "../shared/shell.js";
import { VisualsLayer } from "../visuals/layer.js";
import { BlackoutButton } from "./blackout-button.js";
import { SCENES } from "./catalogue.js";
import { Hands } from "./hands.js";
import { OverlayForm } from "./overlay-form.js";
import { Palettes, Scenes, chooseScene } from "./scenes.js";
import { paletteName, sceneName, waitText } from "./words.js";

const KEYS = ["scenes", "A", "B", "C", "help"];

export function VjPage({ session }) {
  const state = useSignal(session.state);
  const settings = useSignal(session.settings);
  const problem = useSignal(session.problem);
  const [help, setHelp] = useState(false);
  const locked = state === "no_pass" || state === "refused";
  useVjKeys(session, () => setHelp((open) => !open));
  useEffect(() => { document.title = `${t("vj.title", { room: session.slug })} · DJ UNIVERSE Live`; });
  return html`<${Page}>${() => html`
    <${TopBar} />
    <main id="main" class="vj" tabindex="-1" data-locked=${locked}>
      ${locked
        ? html`<${Door} title=${t("vj.title", { room: session.slug })} session=${session} refused=${state === "refused"} />`
        : html`<${Head} session=${session} state=${state} onHelp=${() => setHelp(true)} />
            <div class="vj-left">
              <div class="vj-out"><${Preview} session=${session} /><${BlackoutButton} blackout=${session.blackout} room=${session.room} /></div>
              ${settings && html`<${Hands} session=${session} settings=${settings} />`}
            </div>
            <div class="vj-right">
              ${settings === null
                ? html`<p class="vj-wait quiet" role="status">${waitText(state, problem)}</p>`
                : html`<${Scenes} session=${session} settings=${settings} />
                    <${Palettes} session=${session} settings=${settings} />
                    <${OverlayForm} session=${session} settings=${settings} />`}
            </div>`}
    </main>
    <${Foot} />
    <${Dialog} open=${help} onClose=${() => setHelp(false)} title=${t("vj.help")}>
      <p>${t("vj.help_text")}</p>
      <dl class="keys">
        ${KEYS.map((key) => html`<div key=${key}><dt><kbd>${t(`vj.key.${key}`)}</kbd></dt><dd>${t(`vj.key.${key}_text`)}</dd></div>`)}
      </dl>
    <//>`}<//>`;
}

function Head({ session, state, onHelp }) {
  const link = useSignal(session.connection.link);
  const sending = useSignal(session.sending);
  const away = state === "unreachable" || !["open", "connecting"].includes(link.is);
  const screen = new URL(`/screen/${encodeURIComponent(session.slug)}`, location.href).href;
  return html`
    <header class="vj-head">
      <div>
        <h1>${t("vj.title", { room: session.slug })}</h1>
        <p class="vj-state" role="status" data-away=${away}>
          <span class="badge-dot" aria-hidden="true"></span>${state === "none" ? t("vj.none") : away ? t("vj.unreachable") : html`<${Standing} session=${session} />`}
          <span class="vj-sending quiet" data-shown=${sending}>${t("vj.sending")}</span></p>
      </div>
      <div class="vj-ways">
        <a class="button button-quiet" href=${`/live/${encodeURIComponent(session.slug)}`}>${t("vj.open_room")}</a>
        <button type="button" class="button button-quiet" title=${t("vj.screen_text")} onClick=${() => copyText(screen)}>${t("vj.copy_screen")}</button>
        <button type="button" class="icon-button" aria-label=${t("vj.help")} title=${t("vj.help")} aria-keyshortcuts="?" onClick=${onHelp}><${Icon} name="circle-help" /></button>
      </div>
    </header>`;
}

/** What goes out just now, or why nothing does. */
function Standing({ session }) {
  const show = useSignal(session.room.show);
  const playing = useSignal(session.visuals.playing);
  if (!playing) return t("vj.standing.nobody");
  if (show === null) return t("vj.standing.waiting");
  if (!show.running) return t(`vj.standing.${show.reason}`, {}, t("vj.standing.waiting"));
  if (show.blackout) return t("vj.standing.black");
  return t("vj.standing.on", { scene: sceneName(show.scene), palette: paletteName(show.palette), width: show.width, height: show.height });
}

/** What the audience sees; nothing of this page is ever in it. */
function Preview({ session }) {
  const on = useSignal(session.pictures.on);
  const seen = useSignal(session.visuals.on);
  useFrames((now) => {
    session.room.release(null);
    session.visuals.draw(now);
  }, [session]);
  return html`
    <section class="vj-preview" aria-label=${t("vj.preview")}>
      <${VisualsLayer} visuals=${session.visuals} room=${session.room} />
      ${!on
        ? html`<div class="vj-preview-none"><p>${t("vj.motion_text")}</p>
            <button type="button" class="button" onClick=${() => session.pictures.set(true)}>${t("vj.show_preview")}</button></div>`
        : !seen && html`<p class="vj-preview-none">${t("vj.no_picture")}</p>`}
    </section>`;
}

function useVjKeys(session, help) {
  useEffect(() => {
    const open = () => session.settings.peek() !== null && ["open", "unreachable"].includes(session.state.peek());
    const typing = (event) => event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), textarea, select, dialog");
    const down = (event) => {
      if (typing(event) || !open()) return;
      const key = event.key.toLowerCase();
      if (key === "b") session.blackout.press();
      else if (event.repeat) return;
      else if (key === "a") session.change({ mode: "auto" });
      else if (key === "c") session.change({ calm: !session.settings.peek().calm });
      else if (key === "?") help();
      else if (SCENES[Number(key) - 1] !== undefined) chooseScene(session, SCENES[Number(key) - 1]);
      else return;
      event.preventDefault();
    };
    const up = (event) => event.key.toLowerCase() === "b" && session.blackout.release();
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  }, [session]);
}
