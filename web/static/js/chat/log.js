// What people say, newest last. It follows the newest while somebody is at the bottom, and waits with a
// button while they read further up.
//
// Each message is made once and kept as it is drawn: two hundred of them cost nothing when one comes.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useSignal, useState } from "../shared/view.js";
import { language, number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { Message, MessageActions } from "./message.js";
import { spansOf } from "./emotes.js";
import { readUpTo } from "./state.js";

const NEAR_BOTTOM_PIXELS = 48;
const BUSY_A_MINUTE = 20; // read aloud one by one, more would be a flood
const ACTIONS_PIXELS = 30;
const SUMMARY_MS = 20_000;

export function Log({ chat }) {
  const { crowd } = chat;
  const messages = useSignal(crowd.messages);
  const mine = useSignal(crowd.outbox.items).filter((each) => each.is === "sending" || each.is === "sent");
  const [active, setActive] = useState(null);
  const scroll = useFollowing(chat, messages, mine.length);
  const busy = (useSignal(crowd.pulse)?.messages_per_minute ?? 0) > BUSY_A_MINUTE;
  const rows = useRows(chat);
  const pointed = (event) => {
    const row = event.target.closest(".said");
    const id = row?.dataset.id ?? null;
    if (id === active?.id) return;
    // At the upper edge there is no room above the message for what can be done about it.
    setActive(row && { id, low: row.offsetTop - event.currentTarget.scrollTop < ACTIONS_PIXELS });
  };
  const left = (event) => {
    // A finger leaves with every tap, and the focus with a button that makes way for others: what was
    // opened has to stay for the next one.
    const to = event.relatedTarget;
    const stays = event.type === "focusout" ? to === null || event.currentTarget.contains(to) : event.pointerType === "touch";
    if (!stays) setActive(null);
  };
  return html`
    <div class="log-box">
      <div class="log" role="log" aria-label=${t("chat.log")} aria-live=${busy ? "off" : "polite"} tabindex="0" ref=${scroll.box}
        onScroll=${scroll.moved} onPointerOver=${pointed} onPointerLeave=${left} onFocusIn=${pointed} onFocusOut=${left}
        onKeyDown=${(event) => walk(event, chat)}>
        ${messages.length === 0 && mine.length === 0
          ? html`<${Silence} chat=${chat} />`
          : html`<ol class="log-list">
              ${messages.map((each) => rows(each, each.id === active?.id && active))}
              ${mine.map((each) => html`<${Pending} key=${each.key} item=${each} chat=${chat} />`)}
            </ol>`}
      </div>
      ${scroll.below > 0 && html`<button type="button" class="log-newer" onClick=${scroll.toBottom}>
        ${t("chat.newer", { count: scroll.below })}<${Icon} name="arrow-down" size=${14} /></button>`}
      ${busy && html`<${Summary} chat=${chat} />`}
    </div>`;
}

/** Rows by message: the very same node for the very same message, which Preact then leaves alone. */
function useRows(chat) {
  const { crowd, emotes } = chat;
  const me = useSignal(crowd.me);
  const sources = useSignal(emotes.sources);
  const tag = useSignal(language);
  const made = useMemo(() => new WeakMap(), [me?.user, me?.name, me?.role, sources, tag]);
  const make = (message, actions) => html`
    <${Message} key=${message.id} message=${message} mine=${me?.user != null && message.user === me.user} sources=${sources}
      toMe=${me?.name != null && message.reply?.name === me.name && message.user !== me.user}>
      ${actions && html`<${MessageActions} chat=${chat} message=${message} low=${actions.low} />`}<//>`;
  return (message, actions) => {
    if (actions) return make(message, actions);
    if (!made.has(message)) made.set(message, make(message, null));
    return made.get(message);
  };
}

/** One's own message on its way. */
function Pending({ item, chat }) {
  const { name, role } = chat.crowd.me.peek();
  const sources = chat.emotes.sources.peek();
  const message = { id: item.key, name, role, text: item.text, emotes: spansOf(item.text, sources), reply: item.reply };
  return html`<${Message} message=${message} mine pending sources=${sources} />`;
}

function Silence({ chat }) {
  const joined = useSignal(chat.crowd.phase) === "joined";
  return html`<div class="log-none">${joined && html`<${Icon} name="message-circle" size=${24} /><p>${t("chat.none")}</p><p class="quiet">${t("chat.none_text")}</p>`}</div>`;
}

/** Stay at the bottom, or count what comes below. */
function useFollowing(chat, messages, pendingCount) {
  const box = useRef(null);
  const follows = useRef(true);
  const lastSeen = useRef(null);
  const before = useRef([]);
  const [below, setBelow] = useState(0);
  const toBottom = () => {
    follows.current = true;
    box.current.scrollTop = box.current.scrollHeight;
    lastSeen.current = messages.at(-1)?.id ?? null;
    setBelow(0);
    chat.read();
  };
  useLayoutEffect(() => {
    lastSeen.current = readUpTo(lastSeen.current, before.current, messages);
    before.current = messages;
    if (follows.current) toBottom();
    else setBelow(messages.length - 1 - messages.findLastIndex((each) => each.id === lastSeen.current));
  }, [messages, pendingCount]);
  useEffect(() => {
    const resized = new ResizeObserver(() => {
      if (follows.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    });
    resized.observe(box.current);
    return () => resized.disconnect();
  }, []);
  const moved = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const atBottom = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PIXELS;
    if (atBottom && !follows.current) toBottom();
    else if (!atBottom && follows.current) {
      follows.current = false;
      lastSeen.current = messages.at(-1)?.id ?? null;
    }
  };
  return { box, below, moved, toBottom };
}

/** Arrows walk from message to message, R answers, Escape goes back to writing. */
function walk(event, chat) {
  const row = event.target.closest(".said");
  const rows = event.currentTarget.querySelectorAll(".said[data-pending=false]");
  const to = {
    ArrowUp: () => (row ? row.previousElementSibling : rows[rows.length - 1]),
    ArrowDown: () => row?.nextElementSibling,
    Escape: () => document.querySelector(".composer textarea"),
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    to()?.focus();
  } else if (event.key.toLowerCase() === "r" && row !== null && !event.ctrlKey && !event.metaKey) {
    const message = chat.crowd.messages.peek().find((each) => each.id === row.dataset.id);
    if (message !== undefined) chat.answer(message);
  }
}

/** In a busy chat screen readers are told how much was said, not all of it. */
function Summary({ chat }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    let before = chat.crowd.messages.peek();
    let last = before.at(-1)?.id;
    const timer = setInterval(() => {
      const messages = chat.crowd.messages.peek();
      last = readUpTo(last, before, messages);
      before = messages;
      const count = messages.length - 1 - messages.findLastIndex((each) => each.id === last);
      last = messages.at(-1)?.id;
      if (count > 0) setSaid(t("chat.said_lately", { count, number: number(count) }));
    }, SUMMARY_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="unseen" role="status">${said}</p>`;
}
