// Before the pages of those who work in a room: no pass, or one that opens nothing.

import { html, useRef, useSignal } from "./view.js";
import { t } from "./i18n.js";
import { Icon } from "./icons.js";

/** @param {{title: string, session: {refusal: object, present: Function}, refused: boolean}} what */
export function Door({ title, session, refused }) {
  const field = useRef(null);
  const code = useSignal(session.refusal);
  const enter = (event) => {
    event.preventDefault();
    const pass = field.current.value.trim();
    if (pass !== "") session.present(pass);
  };
  return html`
    <form class="door" onSubmit=${enter}>
      <${Icon} name="shield" size=${32} />
      <h1>${title}</h1>
      ${refused
        ? html`<p role="alert">${t(`door.refused.${code}`, {}, t("door.refused"))}</p>`
        : html`<p class="quiet">${t("door.text")}</p>`}
      <div class="field"><label for="pass">${t("door.pass")}</label>
        <input id="pass" ref=${field} class="input" type="password" autocomplete="off" spellcheck=${false} autocapitalize="none" /></div>
      <button type="submit" class="button button-large">${t("door.enter")}</button>
    </form>`;
}
