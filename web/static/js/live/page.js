// The audience page as a whole: what stands where, and which keys do what.

import { html, useEffect, useRef, useSignal, useState } from "../shared/view.js";
import { t } from "../shared/i18n.js";
import { Announcer } from "../shared/announcer.js";
import { useMedia, useModule, withTexts } from "../shared/hooks.js";
import { Page, TopBar } from "../shared/shell.js";
import { OverallScore, whyNoScore } from "../shared/scores.js";
import { share } from "../shared/share.js";
import { FindingsPanel } from "./findings-panel.js";
import { ComponentPoints } from "./points.js";
import { NARROW, Sheet, Side, openChat } from "./side.js";
import { Stage } from "./stage.js";
import { situationOf, useAnnouncements } from "./situation.js";
import { Timeline } from "./timeline.js";

export function LivePage({ session }) {
  const [help, setHelp] = useState(false);
  const [selected, setSelected] = useState(null);
  const [tab, setTab] = useState("chat");
  const [sheet, setSheet] = useState(false);
  const narrow = useMedia(NARROW);
  const helping = useModule(() => withTexts(import("./help.js"), "help"), help);
  const stage = useRef(null);
  const actions = {
    sound: () => session.toggleSound(),
    fullScreen: async () => (await import("./full-screen.js")).toggleFullScreen(stage.current?.querySelector(".stage")),
    pictures: () => document.querySelector(".visuals-switch > button")?.click(),
    chat: () => openChat({ onTab: setTab, onOpen: setSheet }),
    help: () => setHelp((open) => !open),
    share: () => share(new URL(location.pathname, location.href).href, session.room.info.peek()?.dj_name ?? document.title),
  };
  useKeys(actions);
  useAnnouncements(session);
  useTitle(session.room);
  const epoch = useSignal(session.room.epoch);
  useEffect(() => setSelected(null), [epoch]);
  const choice = { session, selected, onSelect: setSelected };
  return html`<${Page}>${() => html`
    <${TopBar} />
    <main id="main" class="live" tabindex="-1">
      <div class="live-main" ref=${stage} data-findings-beside=${!narrow && tab === "findings"}>
        <${Stage} session=${session} actions=${actions} />
        <${ScoreStrip} session=${session} />
        <${Timeline} ...${choice} />
      </div>
      ${narrow
        ? html`<${FindingsPanel} ...${choice} /><${Sheet} ...${choice} open=${sheet} onOpen=${setSheet} tab=${tab} onTab=${setTab} />`
        : html`<${Side} ...${choice} tab=${tab} onTab=${setTab} />`}
    </main>
    ${helping && html`<${helping.HelpDialog} open=${help} onClose=${() => setHelp(false)} />`}
    <${Announcer} />`}<//>`;
}

function ScoreStrip({ session }) {
  const { room } = session;
  const score = useSignal(room.score);
  const phase = useSignal(room.phase);
  const epoch = useSignal(room.epoch);
  const pending = whyNoScore(score, phase, epoch);
  return html`
    <section class="strip" aria-label=${t("live.scores")} data-dim=${phase === "stalled" || phase === "resuming"}>
      <${OverallScore} estimate=${score?.set.overall ?? null} pending=${pending}
        label=${phase === "ended" && epoch !== null ? t("live.final") : t("live.overall")} />
      <${ComponentPoints} score=${score} pending=${pending} />
    </section>`;
}

function useKeys(actions) {
  useEffect(() => {
    const keys = { " ": actions.sound, f: actions.fullScreen, F: actions.fullScreen, c: actions.chat, C: actions.chat, v: actions.pictures, V: actions.pictures, "?": actions.help };
    const listen = (event) => {
      const busy = event.target.closest("button, input, select, textarea, a, summary, dialog");
      const typing = event.target.closest("input:not([type=range]), select, textarea");
      if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
      if (event.key === " " && busy) return; // space presses what has the focus
      if (keys[event.key] === undefined) return;
      event.preventDefault();
      keys[event.key]();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

function useTitle(room) {
  const info = useSignal(room.info);
  const phase = useSignal(room.phase);
  useEffect(() => {
    const name = info?.dj_name ?? room.slug;
    document.title = `${name}${situationOf(phase) === "live" ? ` · ${t("live.live")}` : ""} · DJ UNIVERSE Live`;
  });
}
