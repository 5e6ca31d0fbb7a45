// What waits for a decision, oldest first: one message, what the filter thought, three ways to decide.

import { html, useLayoutEffect, useRef, useSignal, useState } from "../shared/view.js";
import { clockTime, number, t, timeOfDay } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { notify } from "../shared/shell.js";
import { Spoken, spansOf } from "../chat/emotes.js";
import { Name } from "../chat/names.js";
import { SILENCES_SECONDS } from "../chat/message.js";
import { faultText, reasonName } from "./words.js";

const SETTLED_MS = 400; // before that nobody has read what took another message's place

export function Queue({ session }) {
  const waiting = useSignal(session.waiting);
  const state = useSignal(session.state);
  const { at, choose, deciding, settled } = useChoice(waiting);
  const [silenced, setSilenced] = useState(null); // the message whose times to choose from are shown
  const list = useRef(null);
  const move = (next) => {
    if (waiting[next] === undefined) return;
    setSilenced(null);
    choose(waiting[next].message);
    list.current?.children[next]?.focus();
  };
  const decide = async (item, deed, seconds = null) => {
    const held = list.current?.contains(document.activeElement);
    setSilenced(null);
    deciding(item.message);
    try {
      await session.act({ deed, message: item.message, user: item.user, seconds });
    } catch (error) {
      deciding(null);
      notify(faultText(error));
      return;
    }
    if (held) requestAnimationFrame(() => list.current?.querySelector("[data-chosen=true]")?.focus());
  };
  const chosen = waiting[at] ?? null;
  const silencing = chosen !== null && chosen.message === silenced;
  useDecidingKeys({ chosen, at, move, decide, settled, silencing, setSilenced, session });
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
          onChoose=${() => { if (index !== at) setSilenced(null); choose(item.message); }} onSilence=${() => { choose(item.message); setSilenced(item.message); }} decide=${decide} />`)}
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

/**
 * Which message the keys are for. When it goes, the one that takes its place is next; where somebody else
 * decided it, the keys wait until one has seen that.
 */
function useChoice(waiting) {
  const [id, choose] = useState(null);
  const place = useRef(0);
  const decided = useRef(null);
  const shown = useRef(false); // whether anything ever waited: before that no hand was about to press
  const movedAt = useRef(-SETTLED_MS);
  const found = waiting.findIndex((each) => each.message === id);
  const at = found >= 0 ? found : Math.max(0, Math.min(place.current, waiting.length - 1));
  const next = waiting[at]?.message ?? null;
  useLayoutEffect(() => {
    place.current = at;
    if (next === id) return;
    const mine = id !== null && id === decided.current;
    if (shown.current && !mine) movedAt.current = performance.now();
    shown.current ||= next !== null;
    decided.current = null;
    choose(next);
  });
  return {
    at, choose,
    deciding: (message) => { decided.current = message; },
    settled: () => performance.now() - movedAt.current >= SETTLED_MS,
  };
}

/** A, D, T and then 1 to 3 decide; J and K or the arrows move; U takes the last decision back. */
function useDecidingKeys({ chosen, at, move, decide, settled, silencing, setSilenced, session }) {
  useLayoutEffect(() => { // before anybody sees what is chosen now: a key is never for what was chosen before
    const listen = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, textarea, select, dialog, [role=tab]")) return;
      const silence = silencing && SILENCES_SECONDS[Number(event.key) - 1];
      const moves = { j: () => move(at + 1), k: () => move(at - 1), arrowdown: () => move(at + 1), arrowup: () => move(at - 1) };
      const others = { u: () => undoLast(session), escape: () => setSilenced(null) };
      const deeds = {
        a: () => chosen && decide(chosen, "approve"),
        d: () => chosen && decide(chosen, "deny"),
        t: () => chosen && setSilenced(chosen.message),
      };
      const key = event.key.toLowerCase();
      const deed = silence ? () => decide(chosen, "time_out", silence) : deeds[key];
      const once = deed ?? others[key]; // however long the key is held down
      if (once === undefined && moves[key] === undefined) return;
      event.preventDefault();
      if (once === undefined) moves[key]();
      else if (!event.repeat && (deed === undefined || settled())) once();
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
