// What was decided of late, by the filter and by people, newest first.

import { html, useSignal } from "../shared/view.js";
import { t, timeOfDay } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { Name } from "../chat/names.js";
import { undo, undoOf } from "./queue.js";
import { reasonName } from "./words.js";

const SHOWN_MOST = 100;

export function Decisions({ session }) {
  const decisions = useSignal(session.decisions);
  const state = useSignal(session.state);
  if (decisions.length === 0) return html`<p class="decisions-none quiet">${t(state === "open" ? "moderate.no_decisions" : "moderate.asking")}</p>`;
  return html`
    <ol class="decisions" tabindex="0" aria-label=${t("moderate.decisions")}>
      ${decisions.slice(0, SHOWN_MOST).map((entry) => html`<${Decision} key=${`${entry.at_unix_seconds} ${entry.message} ${entry.deed}`} entry=${entry} session=${session} decisions=${decisions} />`)}
    </ol>`;
}

function Decision({ entry, session, decisions }) {
  const back = undoOf(entry, decisions);
  const actor = entry.actor === "machine" ? t("moderate.machine") : entry.actor;
  return html`
    <li class="decision">
      <p class="decision-head"><span>${t(`moderate.deed.${entry.deed}`, { actor }, t("moderate.deed.other", { actor }))}</span>
        <time class="figure quiet">${timeOfDay(entry.at_unix_seconds * 1000)}</time></p>
      ${entry.name !== "" && html`<p class="decision-text"><${Name} name=${entry.name} /> ${entry.text ?? html`<span class="quiet">${t("moderate.text_gone")}</span>`}</p>`}
      <div class="decision-foot">
        ${entry.reasons.length > 0 && html`<ul class="reasons" aria-label=${t("moderate.reasons")}>${entry.reasons.map((code) => html`<li key=${code}>${reasonName(code)}</li>`)}</ul>`}
        ${back && html`<button type="button" class="text-button" onClick=${() => undo(session, back)}><${Icon} name="undo-2" size=${14} />${t("moderate.undo")}</button>`}
      </div>
    </li>`;
}
