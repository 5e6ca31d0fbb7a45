// For who streams with OBS: the address, the key, and the settings that matter.

import { html, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { Dialog, copyText } from "../shared/shell.js";

const SETTINGS = ["service", "rate", "channels", "bitrate", "filters"];

export function ObsDialog({ open, onClose, session }) {
  const address = new URL("/whip", location.href).href;
  return html`
    <${Dialog} open=${open} onClose=${onClose} title=${t("studio.obs")}>
      <p>${t("studio.obs_text")}</p>
      <${Copyable} id="obs-address" label=${t("studio.obs_server")} value=${address} />
      <${Copyable} id="obs-key" label=${t("studio.obs_key")} value=${session.key.trim()} secret />
      <h3>${t("studio.obs_settings")}</h3>
      <dl class="obs-settings">
        ${SETTINGS.map((name) => html`<div key=${name}><dt>${t(`studio.obs.${name}`)}</dt><dd>${t(`studio.obs.${name}_value`)}</dd></div>`)}
      </dl>
      <p class="quiet">${t("studio.obs_video")}</p>
    <//>`;
}

function Copyable({ id, label, value, secret = false }) {
  const [shown, setShown] = useState(!secret);
  if (value === "") {
    return html`<div class="field"><span>${label}</span><p>${t("studio.obs_no_key")}</p></div>`;
  }
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <div class="key-row">
        <input id=${id} class="input" readonly type=${shown ? "text" : "password"} value=${value} autocomplete="off"
          onFocus=${(event) => event.target.select()} />
        ${secret && html`<button type="button" class="icon-button" aria-label=${shown ? t("studio.key_hide") : t("studio.key_show")}
          onClick=${() => setShown(!shown)}><${Icon} name=${shown ? "eye-off" : "eye"} /></button>`}
        <button type="button" class="button button-quiet" onClick=${() => copyText(value)}><${Icon} name="copy" size=${16} />${t("common.copy")}</button>
      </div>
    </div>`;
}
