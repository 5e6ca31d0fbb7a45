// One message, and what can be done about it once somebody points at it.

import { html, useState } from "../shared/view.js";
import { clockTime, t, timeOfDay } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { notify } from "../shared/shell.js";
import { Spoken, spansOf } from "./emotes.js";
import { Name } from "./names.js";

export const SILENCES_SECONDS = [60, 600, 3_600];

export function Message({ message, mine, toMe, pending = false, sources, children }) {
  return html`
    <li class="said" data-id=${message.id} data-mine=${mine} data-to-me=${toMe} data-pending=${pending} tabindex="-1">
      ${message.reply && html`<${Quoted} reply=${message.reply} sources=${sources} />`}
      <${Name} name=${message.name} role=${message.role} /><span class="said-colon">: </span><${Spoken} text=${message.text} spans=${message.emotes} sources=${sources} />
      ${pending && html`<span class="unseen"> ${t("chat.sending")}</span>`}
      ${children}
    </li>`;
}

function Quoted({ reply, sources }) {
  return html`
    <p class="said-quote"><${Icon} name="reply" size=${12} /><span class="unseen">${t("chat.in_reply_to")} </span>
      <b>${reply.name}</b> ${reply.text === ""
        ? html`<span class="said-text">${t("chat.quote_gone")}</span>` : html`<${Spoken} text=${reply.text} spans=${spansOf(reply.text, sources)} sources=${sources} largest=${18} />`}</p>`;
}

/** Reply, and for moderators: take away, time out. Stands in the message that is pointed at. */
export function MessageActions({ chat, message, low }) {
  const [silencing, setSilencing] = useState(false);
  const { remove, silence } = chat.powersOver(message);
  const act = async (what) => {
    try {
      await chat.act(what);
    } catch (error) {
      notify(t(`deed.fault.${error.code}`, {}, t("chat.deed_failed")));
    }
  };
  const timeOut = (seconds) => act({ deed: "time_out", message: message.id, user: message.user, seconds });
  const name = { name: message.name };
  return html`
    <div class="said-actions" data-low=${low} role="group" aria-label=${t("chat.about", name)} aria-live="off">
      <time class="figure">${timeOfDay(message.sent_unix_ms)}</time>
      ${silencing
        ? SILENCES_SECONDS.map((seconds) => html`
          <button type="button" key=${seconds} class="said-action figure" aria-label=${t("chat.silence_for", { ...name, time: clockTime(seconds) })}
            onClick=${() => timeOut(seconds)}>${clockTime(seconds)}</button>`)
        : html`
          <${Act} icon="reply" label=${t("chat.reply_to", name)} onClick=${() => chat.answer(message)} />
          ${remove && html`<${Act} icon="trash-2" label=${t("chat.delete_of", name)} onClick=${() => act({ deed: "delete", message: message.id, user: message.user })} />`}
          ${silence && html`<${Act} icon="timer" label=${t("chat.silence", name)} onClick=${() => setSilencing(true)} />`}`}
    </div>`;
}

function Act({ icon, label, onClick }) {
  return html`<button type="button" class="said-action" aria-label=${label} title=${label} onClick=${onClick}><${Icon} name=${icon} size=${16} /></button>`;
}
