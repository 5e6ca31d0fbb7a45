// The moderation page as a whole: what waits on one side; decisions, rules and helpers on the other.

import { html, useEffect, useSignal, useState } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { Door } from "../shared/door.js";
import { useMedia } from "../shared/hooks.js";
import { Icon } from "../shared/icons.js";
import { Foot, Page, TopBar, notify } from "../shared/shell.js";
import { TabPanel, Tabs } from "../shared/tabs.js";
import { passAddress } from "../wire/pass.js";
import { Decisions } from "./decisions.js";
import { RoomEmotes } from "./emotes.js";
import { Moderators } from "./moderators.js";
import { Queue } from "./queue.js";
import { Rules } from "./rules.js";
import { faultText } from "./words.js";

const NARROW = "(max-width: 900px)";
const KEYS = ["A", "D", "T", "U", "arrows"];

export function ModerationPage({ session }) {
  const state = useSignal(session.state);
  const locked = state === "no_pass" || state === "refused";
  return html`<${Page}>${() => html`
    <${TopBar} />
    <main id="main" class="moderate" tabindex="-1" data-locked=${locked}>
      ${locked ? html`<${Door} title=${t("moderate.title", { room: session.room })} session=${session} refused=${state === "refused"} />` : html`<${Room} session=${session} state=${state} />`}
    </main>
    <${Foot} />`}<//>`;
}

function Room({ session, state }) {
  const waiting = useSignal(session.waiting);
  const isDj = useSignal(session.moderators) !== null;
  const narrow = useMedia(NARROW);
  const [tab, setTab] = useState("queue");
  useTitle(session.room, waiting.length);
  const tabs = [
    { id: "decisions", label: t("moderate.decisions") },
    { id: "rules", label: t("moderate.rules") },
    { id: "emotes", label: t("moderate.emotes") },
    ...(isDj ? [{ id: "moderators", label: t("moderate.moderators") }] : []),
  ];
  const shown = tabs.some((each) => each.id === tab) ? tab : "decisions";
  const panels = { decisions: Decisions, rules: Rules, emotes: RoomEmotes, moderators: Moderators };
  const head = html`<${Head} session=${session} state=${state} count=${waiting.length} />`;
  if (narrow) {
    const all = [{ id: "queue", label: t("moderate.waiting"), count: waiting.length }, ...tabs];
    const now = all.some((each) => each.id === tab) ? tab : "queue";
    return html`
      ${head}
      <div class="moderate-side">
        <${Tabs} label=${t("moderate.parts")} tabs=${all} chosen=${now} onChoose=${setTab} />
        <${TabPanel} id=${now}><${now === "queue" ? Queue : panels[now]} session=${session} /><//>
      </div>`;
  }
  return html`
    ${head}
    <section class="moderate-main" aria-label=${t("moderate.waiting")}>
      <${Queue} session=${session} />
      <p class="moderate-keys quiet">${KEYS.map((key) => html`<span key=${key}><kbd>${t(`moderate.key.${key}`)}</kbd> ${t(`moderate.key.${key}_text`)}</span>`)}</p>
    </section>
    <div class="moderate-side">
      <${Tabs} label=${t("moderate.parts")} tabs=${tabs} chosen=${shown} onChoose=${setTab} />
      <${TabPanel} id=${shown}><${panels[shown]} session=${session} /><//>
    </div>`;
}

function Head({ session, state, count }) {
  const [sure, setSure] = useState(false);
  const fault = useSignal(session.fault);
  const clear = async () => {
    setSure(false);
    try {
      await session.act({ deed: "clear" });
      notify(t("moderate.cleared"));
    } catch (error) {
      notify(faultText(error));
    }
  };
  return html`
    <header class="moderate-head">
      <div>
        <h1>${t("moderate.title", { room: session.room })}</h1>
        <p class="quiet" role="status">${fault !== null ? `${faultText(fault)} ${t("moderate.unreachable")}` : state === "asking" ? t("moderate.asking") : t("moderate.count", { count, number: number(count) })}</p>
      </div>
      <div class="moderate-ways">
        <a class="button button-quiet" href=${`/live/${encodeURIComponent(session.room)}`}>${t("moderate.open_room")}</a>
        <a class="button button-quiet" href=${passAddress(session.room, session.pass.peek(), "vj")}>${t("moderate.visuals")}</a>
        ${sure
          ? html`<button type="button" class="button button-danger" onClick=${clear}>${t("moderate.clear_sure")}</button>
              <button type="button" class="button button-quiet" onClick=${() => setSure(false)}>${t("chat.cancel")}</button>`
          : html`<button type="button" class="button button-quiet" onClick=${() => setSure(true)}>${t("moderate.clear")}</button>`}
      </div>
    </header>`;
}

function useTitle(room, count) {
  useEffect(() => {
    document.title = `${count > 0 ? `(${number(count)}) ` : ""}${t("moderate.title", { room })} · DJ UNIVERSE Live`;
  });
}
