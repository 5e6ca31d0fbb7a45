// Beside the picture: chat, moments and findings as tabs. Where there is no room beside it, chat and
// moments are a sheet that comes up from below, and the findings stand in the page.

import { html, useEffect, useRef, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { useModule } from "../shared/hooks.js";
import { Icon } from "../shared/icons.js";
import { TabPanel, Tabs } from "../shared/tabs.js";
import { Spoken } from "../chat/emotes.js";
import { ChatPanel, focusComposer } from "../chat/panel.js";
import { FindingsPanel } from "./findings-panel.js";

export const NARROW = "(max-width: 1080px)";

export function Side({ session, tab, onTab, selected, onSelect }) {
  const unread = useSignal(session.chat.unread);
  const findings = useSignal(session.room.findings);
  const tabs = [
    { id: "chat", label: t("chat.title"), count: tab === "chat" ? 0 : unread },
    { id: "moments", label: t("moment.title") },
    { id: "findings", label: t("live.findings"), count: findings.length },
  ];
  return html`
    <aside class="side" aria-label=${t("live.beside")}>
      <${Tabs} label=${t("live.beside")} tabs=${tabs} chosen=${tab} onChoose=${onTab} />
      <${Panel} session=${session} tab=${tab} selected=${selected} onSelect=${onSelect} />
    </aside>`;
}

function Panel({ session, tab, selected, onSelect }) {
  const moments = useModule(() => import("../chat/moments.js"), tab === "moments");
  if (tab === "findings") return html`<${TabPanel} id="findings"><${FindingsPanel} session=${session} selected=${selected} onSelect=${onSelect} inTab /><//>`;
  if (tab === "moments") return html`<${TabPanel} id="moments">${moments && html`<${moments.Moments} chat=${session.chat} room=${session.room} selected=${selected} onSelect=${onSelect} />`}<//>`;
  return html`<${TabPanel} id="chat"><${ChatPanel} chat=${session.chat} /><//>`;
}

export function Sheet({ session, open, onOpen, tab, onTab, selected, onSelect }) {
  const box = useRef(null);
  const opener = useRef(null);
  const shown = tab === "findings" ? "chat" : tab;
  const unread = useSignal(session.chat.unread);
  useEffect(() => session.chat.load(), [session]);
  useKeyboardInset(box, open);
  useEffect(() => {
    // The bar that had the focus is gone.
    if (document.activeElement === document.body) box.current?.querySelector("[aria-selected=true]")?.focus();
  }, [open]);
  const close = () => {
    onOpen(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const tabs = [
    { id: "chat", label: t("chat.title"), count: shown === "chat" ? 0 : unread },
    { id: "moments", label: t("moment.title") },
  ];
  if (!open) return html`<${SheetBar} session=${session} unread=${unread} opener=${opener} onOpen=${() => onOpen(true)} />`;
  return html`
    <aside class="side sheet" aria-label=${t("live.beside")} ref=${box} onKeyDown=${(event) => event.key === "Escape" && close()}>
      <div class="sheet-head">
        <${Tabs} label=${t("live.beside")} tabs=${tabs} chosen=${shown} onChoose=${onTab} />
        <button type="button" class="icon-button" aria-label=${t("chat.close")} onClick=${close}><${Icon} name="chevron-down" /></button>
      </div>
      <${Panel} session=${session} tab=${shown} selected=${selected} onSelect=${onSelect} />
    </aside>`;
}

/** The sheet while it is down: how the crowd feels and the last that was said, in one line. */
function SheetBar({ session, unread, opener, onOpen }) {
  const last = useSignal(session.chat.crowd.messages).at(-1);
  const hype = useSignal(session.chat.crowd.pulse)?.hype ?? null;
  const sources = useSignal(session.chat.emotes.sources);
  return html`
    <button type="button" class="sheet-bar" ref=${opener} aria-expanded="false" aria-keyshortcuts="C" onClick=${onOpen}>
      <${Icon} name="message-circle" />
      <span class="sheet-title">${t("chat.title")}${unread > 0 && html` <span class="count figure">${number(unread)}</span>`}</span>
      <span class="sheet-last">${last ? html`<b>${last.name}</b> <${Spoken} text=${last.text} spans=${last.emotes} sources=${sources} largest=${18} />` : t("chat.none")}</span>
      ${hype !== null && html`<span class="sheet-hype"><span class="quiet">${t("crowd.hype")}</span> <b class="figure">${number(hype, 0)}</b></span>`}
      <span class="sheet-up"><${Icon} name="chevron-down" size=${18} /></span>
    </button>`;
}

/** Keeps the sheet above the keyboard of a phone where the browser does not do that by itself. */
function useKeyboardInset(box, open) {
  useEffect(() => {
    const view = window.visualViewport;
    if (!open || !view) return undefined;
    const fit = () => box.current?.style.setProperty("--keyboard", `${Math.max(0, innerHeight - view.height - view.offsetTop)}px`);
    fit();
    view.addEventListener("resize", fit);
    view.addEventListener("scroll", fit);
    return () => {
      view.removeEventListener("resize", fit);
      view.removeEventListener("scroll", fit);
    };
  }, [open]);
}

/** Show the chat and let somebody write, wherever it is. */
export function openChat({ onTab, onOpen }) {
  onTab("chat");
  onOpen(true);
  if (document.fullscreenElement) document.exitFullscreen();
  requestAnimationFrame(() => requestAnimationFrame(focusComposer));
}
