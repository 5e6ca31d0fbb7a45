// The VJ's words and logo: a layer of its own above the pictures.

import { html, useEffect, useRef, useState } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { notify } from "../shared/shell.js";
import { logoAddress } from "../visuals/layer.js";
import { TEXT_MOST } from "./catalogue.js";
import { logoFrom } from "./logo.js";

export function OverlayForm({ session, settings }) {
  return html`
    <section class="panel vj-overlay" aria-labelledby="overlay-title">
      <h2 id="overlay-title">${t("vj.overlay")}</h2>
      <${Words} session=${session} shown=${settings.text} />
      <${Logo} session=${session} digest=${settings.logo} />
    </section>`;
}

function Words({ session, shown }) {
  const [text, setText] = useState(shown);
  const field = useRef(null);
  useEffect(() => {
    if (document.activeElement !== field.current) setText(shown); // never under somebody's hands
  }, [shown]);
  const type = (event) => {
    const cut = [...event.target.value].slice(0, TEXT_MOST).join("");
    if (cut !== event.target.value) event.target.value = cut;
    setText(cut);
  };
  const submit = (event) => {
    event.preventDefault();
    session.change({ text: text.trim() });
    field.current.blur(); // B blacks out again, and 1 to 9 choose scenes
  };
  const clear = () => {
    setText("");
    session.change({ text: "" });
  };
  return html`
    <form class="vj-text" onSubmit=${submit}>
      <label for="vj-text">${t("vj.text")}<span class="figure quiet">${t("vj.text_count", { used: number([...text].length), most: number(TEXT_MOST) })}</span></label>
      <div class="key-row">
        <input id="vj-text" ref=${field} class="input" value=${text} autocomplete="off" dir="auto" onInput=${type} />
        <button type="submit" class="button" disabled=${text.trim() === shown}>${t("vj.text_show")}</button>
        <button type="button" class="button button-quiet" disabled=${shown === ""} onClick=${clear}>${t("vj.text_clear")}</button>
      </div>
    </form>`;
}

function Logo({ session, digest }) {
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  const put = async (picture) => {
    setBusy(true);
    await session.changeLogo(picture);
    setBusy(false);
  };
  const chosen = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file === undefined) return;
    try {
      await put(await logoFrom(file));
    } catch {
      notify(t("vj.fault.no_picture"));
    }
  };
  return html`
    <div class="vj-logo">
      <p id="logo-label">${t("vj.logo")}</p>
      <div class="vj-logo-row">
        ${digest && html`<img src=${logoAddress(session.slug, digest)} alt=${t("vj.logo_now")} />`}
        <button type="button" class="button button-quiet" disabled=${busy} onClick=${() => field.current.click()}><${Icon} name="image-plus" size=${18} />${t(digest ? "vj.logo_other" : "vj.logo_choose")}</button>
        ${digest && html`<button type="button" class="button button-quiet" disabled=${busy} onClick=${() => put(null)}><${Icon} name="trash-2" size=${18} />${t("vj.logo_remove")}</button>`}
        <input ref=${field} type="file" accept="image/*" hidden aria-labelledby="logo-label" onChange=${chosen} />
      </div>
      <p class="quiet">${t("vj.logo_text")}</p>
    </div>`;
}
