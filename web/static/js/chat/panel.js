// The chat as a whole: the crowd's pulse, what people say, what became of one's own words, the way to speak.

import { html, useEffect, useSignal } from "../shared/view.js";
import { useModule } from "../shared/hooks.js";
import { t } from "../shared/i18n.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { Pulse, Reactions } from "./pulse.js";

/** @param {{cheering?: boolean}} what a DJ does not cheer at their own set */
export function ChatPanel({ chat, cheering = true }) {
  useEffect(() => chat.load(), [chat]);
  return html`
    <section class="chat" aria-label=${t("chat.title")}>
      <${Pulse} chat=${chat} />
      <${Log} chat=${chat} />
      <${Fates} outbox=${chat.crowd.outbox} />
      ${cheering && html`<${Reactions} chat=${chat} />`}
      <${Composer} chat=${chat} />
    </section>`;
}

/** What became of one's own words, where that needs saying. */
function Fates({ outbox }) {
  const items = useSignal(outbox.items).filter((each) => each.is === "held" || each.is === "refused");
  const part = useModule(() => import("./outcome.js"), items.length > 0);
  return html`<div class="outcomes" role="status">${items.length > 0 && part && html`<${part.Outcomes} items=${items} outbox=${outbox} />`}</div>`;
}

/** Begin to write: a message, or one's name where that comes first. */
export function focusComposer() {
  document.querySelector(".composer textarea:not(:disabled), .composer input")?.focus();
}
