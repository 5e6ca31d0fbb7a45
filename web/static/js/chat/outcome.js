// What became of one's own messages that nobody else sees, and what can be done.

import { html } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { useNow } from "../shared/hooks.js";
import { Icon } from "../shared/icons.js";

const AGAIN = new Set(["slow_mode", "timed_out", "busy", "flood"]);
const SHOWN_MOST = 3;

/** Why a message is not shown, in a sentence. */
export function whyText(code) {
  return t(`chat.why.${code}`, {}, t("chat.why.other"));
}

/** @param {{items: object[]}} what the messages that were held or refused */
export function Outcomes({ items, outbox }) {
  return html`<ul>${items.slice(-SHOWN_MOST).map((item) => html`<${Outcome} key=${item.key} item=${item} outbox=${outbox} />`)}</ul>`;
}

function Outcome({ item, outbox }) {
  const held = item.is === "held";
  const words = held ? t(item.appealed ? "chat.appealed" : "chat.held") : whyText(item.code);
  return html`
    <li class="outcome" data-is=${item.is}>
      <${Icon} name=${held ? "clock" : "triangle-alert"} size=${16} />
      <div>
        <p class="outcome-text">${item.text}</p>
        <p>${words}</p>
        ${!held && html`<div class="outcome-ways">
          ${item.mayAppeal && html`<button type="button" class="text-button" onClick=${() => outbox.appeal(item.key)}>${t("chat.appeal")}</button>`}
          ${AGAIN.has(item.code) && html`<${Again} item=${item} outbox=${outbox} />`}
        </div>`}
      </div>
      <button type="button" class="said-action" aria-label=${t("chat.dismiss")} title=${t("chat.dismiss")} onClick=${() => outbox.drop(item.key)}><${Icon} name="x" size=${16} /></button>
    </li>`;
}

function Again({ item, outbox }) {
  const now = useNow(item.untilMs);
  const seconds = Math.ceil(((item.untilMs ?? 0) - now) / 1000);
  return html`<button type="button" class="text-button figure" aria-live="off" disabled=${seconds > 0} onClick=${() => outbox.again(item.key)}>
    ${seconds > 0 ? t("chat.again_in", { seconds: number(seconds) }) : t("chat.again")}</button>`;
}
