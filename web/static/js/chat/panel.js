// The chat as a whole: the crowd's pulse, what people say, what became of one's own words, the way to speak.

import { html, useEffect } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { Outcomes } from "./outcome.js";
import { Pulse, Reactions } from "./pulse.js";

/** @param {{cheering?: boolean}} what a DJ does not cheer at their own set */
export function ChatPanel({ chat, cheering = true }) {
  useEffect(() => chat.load(), [chat]);
  return html`
    <section class="chat" aria-label=${t("chat.title")}>
      <${Pulse} chat=${chat} />
      <${Log} chat=${chat} />
      <${Outcomes} chat=${chat} />
      ${cheering && html`<${Reactions} chat=${chat} />`}
      <${Composer} chat=${chat} />
    </section>`;
}

/** Begin to write: a message, or one's name where that comes first. */
export function focusComposer() {
  document.querySelector(".composer textarea:not(:disabled), .composer input")?.focus();
}
