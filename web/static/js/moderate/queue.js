// What waits for a decision, oldest first: one message, what the filter thought, three ways to decide.

import { html, useEffect, useRef, useSignal, useState } from "../shared/view.js";
import { clockTime, number, t, timeOfDay } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { notify } from "../shared/shell.js";
import { Spoken, spansOf } from "../chat/emotes.js";
import { Name } from "../chat/names.js";
import { SILENCES_SECONDS } from "../chat/message.js";
import { faultText, reasonName } from "./words.js";

export function Queue({ session }) {
  const waiting = useSignal(session.waiting);
  const state = useSignal(session.state);
  const [chosenId, setChosenId] = useState(null);
  const [silencing, setSilencing] = useState(false);
  const list = useRef(null);
  const at = Math.max(0, waiting.findIndex((each) => each.message === chosenId));
  const chosen = waiting[at] ?? null;
  const choose = (next) => {
    if (waiting[next] === undefined) return;
    setSilencing(false);
    setChosenId(waiting[next].message);
    list.current?.children[next]?.focus();
  };
  const decide = async (item, deed, seconds = null) => {
    const next = waiting[waiting.indexOf(item) + 1] ?? waiting[waiting.indexOf(item) - 1];
    const held = list.current?.contains(document.activeElement);
    setSilencing(false);
    try {
      await session.act({ deed, message: item.message, user: item.user, seconds });
    } catch (error) {
      notify(faultText(error));
      return;
    }
    setChosenId(next?.message ?? null);
    if (held && next !== undefined) requestAnimationFrame(() => list.current?.querySelector(`[data-id="${CSS.escape(next.message)}"]`)?.focus());
  };
  useDecidingKeys({ chosen, at, choose, decide, silencing, setSilencing, session });
  if (waiting.length === 0) {
    return html`
      <div class="queue-none">
        <${Icon} name="shield" size=${32} />
        <p class="queue-none-title">${t(state === "open" ? "moderate.none" : "moderate.asking")}</p>
        ${state === "open" && html`<p class="quiet">${t("moderate.none_text")}</p>`}
      </div>`;
  }
  return html`
    <ol class="queue" ref=${list}>
      ${waiting.map((item, index) => html`
        <${Waiting} key=${item.message} item=${item} chosen=${index === at} session=${session} silencing=${silencing && index === at}
          onChoose=${() => { if (index !== at) setSilencing(false); setChosenId(item.message); }} onSilence=${() => { setChosenId(item.message); setSilencing(true); }} decide=${decide} />`)}
    </ol>`;
}

function Waiting({ item, chosen, session, silencing, onChoose, onSilence, decide }) {
  const busy = useSignal(session.busy).has(item.message);
  const sources = useSignal(session.emotes.sources);
  return html`
    <li class="queued" data-id=${item.message} data-chosen=${chosen} tabindex=${chosen ? 0 : -1} onFocusIn=${onChoose} onClick=${onChoose} aria-busy=${busy}>
      <p class="queued-head"><${Name} name=${item.name} /> <time class="figure quiet">${timeOfDay(item.sent_unix_ms)}</time>
        <span class="queued-did quiet">${t(`moderate.did.${item.action}`)}</span>
        ${item.offences > 0 && html`<span class="queued-offences">${t("moderate.offences", { count: item.offences, number: number(item.offences) })}</span>`}</p>
      ${item.appealed && html`<p class="queued-appeal"><${Icon} name="undo-2" size=${14} />${t("moderate.appealed")}</p>`}
      <p class="queued-text"><${Spoken} text=${item.text} spans=${spansOf(item.text, sources)} sources=${sources} /></p>
      <ul class="reasons" aria-label=${t("moderate.reasons")}>${item.reasons.map((code) => html`<li key=${code}>${reasonName(code)}</li>`)}</ul>
      <div class="queued-ways">
        ${silencing
          ? html`${SILENCES_SECONDS.map((seconds, index) => html`
              <button type="button" key=${seconds} class="button button-quiet" disabled=${busy} onClick=${() => decide(item, "time_out", seconds)}>
                ${t("moderate.silence_for", { time: clockTime(seconds) })}<kbd>${index + 1}</kbd></button>`)}`
          : html`
              <button type="button" class=${`button ${chosen ? "" : "button-quiet"}`} disabled=${busy} onClick=${() => decide(item, "approve")}>${t("moderate.approve")}<kbd>A</kbd></button>
              <button type="button" class="button button-quiet" disabled=${busy} onClick=${() => decide(item, "deny")}>${t("moderate.deny")}<kbd>D</kbd></button>
              <button type="button" class="button button-quiet" disabled=${busy} aria-expanded="false" onClick=${onSilence}>${t("moderate.silence")}<kbd>T</kbd></button>`}
      </div>
    </li>`;
}

/** A, D, T and then 1 to 3 decide; J and K or the arrows move; U takes the last decision back. */
function useDecidingKeys({ chosen, at, choose, decide, silencing, setSilencing, session }) {
  useEffect(() => {
    const listen = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, textarea, select, dialog, [role=tab]")) return;
      const silence = silencing && SILENCES_SECONDS[Number(event.key) - 1];
      const deeds = {
        a: () => chosen && decide(chosen, "approve"),
        d: () => chosen && decide(chosen, "deny"),
        t: () => chosen && setSilencing(true),
        u: () => undoLast(session),
        j: () => choose(at + 1),
        k: () => choose(at - 1),
        arrowdown: () => choose(at + 1),
        arrowup: () => choose(at - 1),
        escape: () => setSilencing(false),
      };
      const deed = silence ? () => decide(chosen, "time_out", silence) : deeds[event.key.toLowerCase()];
      if (deed === undefined) return;
      event.preventDefault();
      deed();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  });
}

/** What can be taken back of a decision, or null. */
export function undoOf(entry, decisions) {
  const undoable = ["approve", "deny", "delete", "time_out"].includes(entry.deed) && (entry.text !== null || entry.deed === "time_out");
  const newest = decisions.find((each) => (entry.message === null ? each.user === entry.user : each.message === entry.message));
  return undoable && newest === entry ? { deed: "undo", message: entry.message ?? undefined, user: entry.user } : null;
}

export async function undo(session, deed) {
  try {
    await session.act(deed);
    notify(t("moderate.undone"));
  } catch (error) {
    notify(faultText(error));
  }
}

function undoLast(session) {
  const decisions = session.decisions.peek();
  const last = decisions.find((each) => each.actor !== "machine" && undoOf(each, decisions) !== null);
  if (last === undefined) notify(t("moderate.nothing_to_undo"));
  else undo(session, undoOf(last, decisions));
}
