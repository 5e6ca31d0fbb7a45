// Where one writes: a name first, then messages; and what stands in the way, in plain words.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useSignal, useState } from "../shared/view.js";
import { clockTime, number, t } from "../shared/i18n.js";
import { useModule, useNow } from "../shared/hooks.js";
import { Icon } from "../shared/icons.js";
import { TEXT_MOST } from "../wire/crowd.js";

const NAME_MOST = 24;
const COUNTED_FROM = 400; // code points; before that nobody needs a counter
const TALLEST_PIXELS = 112;

export function Composer({ chat }) {
  const me = useSignal(chat.crowd.me);
  const renaming = useSignal(chat.renaming);
  const nameFault = useSignal(chat.crowd.nameFault);
  if (me === null) return html`<div class="composer" aria-busy="true"><${Waiting} chat=${chat} /></div>`;
  if (me.name === null || renaming || nameFault !== null) return html`<${NameForm} chat=${chat} me=${me} fault=${nameFault} />`;
  return html`<${Writing} chat=${chat} me=${me} />`;
}

function Waiting({ chat }) {
  const phase = useSignal(chat.crowd.phase);
  return html`<p class="composer-status" role="status">${t(`chat.state.${phase === "joined" ? "connecting" : phase}`)}</p>`;
}

function NameForm({ chat, me, fault }) {
  const field = useRef(null);
  const [asked, setAsked] = useState(false);
  const phase = useSignal(chat.crowd.phase);
  const away = phase !== "joined";
  useEffect(() => {
    if (asked && me.name !== null && fault === null) chat.renaming.value = false;
    setAsked(false);
  }, [me, fault]);
  useEffect(() => { if (chat.renaming.peek()) field.current.focus(); }, []);
  const submit = (event) => {
    event.preventDefault();
    const name = field.current.value.trim();
    if (name === "") return;
    setAsked(true);
    chat.crowd.takeName(name);
  };
  const leave = () => {
    chat.renaming.value = false;
    chat.crowd.nameFault.value = null;
  };
  return html`
    <form class="composer" onSubmit=${submit}>
      <div class="composer-row">
        <label class="unseen" for="chat-name">${t("chat.name")}</label>
        <input id="chat-name" ref=${field} class="input" maxlength=${NAME_MOST} placeholder=${t("chat.name")} autocomplete="nickname"
          defaultValue=${me.name ?? ""} aria-describedby="chat-name-hint" aria-invalid=${fault !== null} />
        ${me.name !== null && html`<button type="button" class="button button-quiet" onClick=${leave}>${t("chat.cancel")}</button>`}
        <button type="submit" class="button" disabled=${away}>${t(me.name === null ? "chat.enter" : "chat.rename")}</button>
      </div>
      <p class="composer-status" id="chat-name-hint" role="status" data-fault=${fault !== null}>
        ${fault !== null ? t(`chat.name_fault.${fault}`, {}, t("chat.name_fault.other")) : away ? t(`chat.state.${phase}`) : html`${t("chat.name_hint")} <a href="/privacy">${t("chat.privacy")}</a>`}</p>
    </form>`;
}

function Writing({ chat, me }) {
  const { crowd } = chat;
  const text = useSignal(chat.draft);
  const reply = useSignal(chat.reply);
  const [picking, setPicking] = useState(false);
  const picker = useModule(() => import("./picker.js"), picking);
  const field = useRef(null);
  const silentUntilMs = useSignal(crowd.silentUntilMs);
  const writeAtMs = useSignal(crowd.writeAtMs);
  const now = useNow(Math.max(silentUntilMs, writeAtMs));
  const silent = Math.ceil((silentUntilMs - now) / 1000);
  const slow = me.role === "viewer" ? Math.ceil((writeAtMs - now) / 1000) : 0;
  const points = Array.from(text).length;
  const ready = text.trim() !== "" && points <= TEXT_MOST && silent <= 0 && slow <= 0;
  useHeight(field, text);
  useEffect(() => { if (reply !== null) field.current.focus(); }, [reply]);
  const send = () => {
    if (ready) chat.say();
    field.current.focus();
  };
  const key = (event) => {
    if (event.key === "Escape" && reply !== null) {
      event.stopPropagation();
      chat.reply.value = null;
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return html`
    <div class="composer">
      ${reply && html`<${ReplyTo} reply=${reply} onDrop=${() => { chat.reply.value = null; }} />`}
      ${picking && picker && html`<${picker.EmotePicker} chat=${chat} field=${field} onClose=${() => setPicking(false)} />`}
      <div class="composer-row">
        <label class="unseen" for="chat-text">${t("chat.message")}</label>
        <textarea id="chat-text" ref=${field} class="input" rows="1" value=${text} disabled=${silent > 0} enterkeyhint="send"
          placeholder=${t(silent > 0 ? "chat.silenced" : "chat.message")} aria-describedby="chat-status" aria-invalid=${points > TEXT_MOST}
          onInput=${(event) => { chat.draft.value = event.target.value; }} onKeyDown=${key}></textarea>
        <button type="button" class="icon-button picker-opener" aria-label=${t("chat.emotes")} title=${t("chat.emotes")} aria-expanded=${picking}
          disabled=${silent > 0} onClick=${() => setPicking(!picking)}><${Icon} name="smile" /></button>
        <button type="button" class="icon-button composer-send" aria-label=${t("chat.send")} title=${t("chat.send")} aria-disabled=${!ready}
          onClick=${send}>${slow > 0 ? html`<span class="figure">${number(slow)}</span>` : html`<${Icon} name="send-horizontal" />`}</button>
      </div>
      <${Status} chat=${chat} me=${me} silent=${silent} slow=${slow} points=${points} />
    </div>`;
}

function ReplyTo({ reply, onDrop }) {
  return html`
    <p class="composer-reply"><${Icon} name="reply" size=${14} /><span>${t("chat.replying", { name: reply.name })}</span>
      <span class="composer-quote">${reply.text}</span>
      <button type="button" class="said-action" aria-label=${t("chat.reply_drop")} title=${t("chat.reply_drop")} onClick=${onDrop}><${Icon} name="x" size=${14} /></button></p>`;
}

/** The one line below the field: what stands in the way, else under which name one speaks. */
function Status({ chat, me, silent, slow, points }) {
  const phase = useSignal(chat.crowd.phase);
  const rules = useSignal(chat.crowd.rules);
  const first = useMemo(() => silent, [silent > 0]); // said once, not each second
  const slowSeconds = me.role === "viewer" ? rules?.slow_seconds ?? 0 : 0;
  const [words, urgent] = phase === "away" || phase === "none" ? [t(`chat.state.${phase}`), true]
    : phase !== "joined" ? [t("chat.state.reconnecting"), true]
    : silent > 0 ? [t("chat.state.silent", { time: clockTime(silent) }), true]
    : slow > 0 ? [t("chat.state.slow_wait", { seconds: number(slow) }), false]
    : rules?.emotes_only ? [t("chat.state.emotes_only"), false]
    : slowSeconds > 0 ? [t("chat.state.slow", { seconds: number(slowSeconds) }), false] : [null, false];
  if (words === null && me.role === "dj" && points < COUNTED_FROM) return null; // DJs know who they are
  return html`
    <div class="composer-foot">
      ${silent > 0 && html`<p class="unseen" role="status">${t("chat.state.silent", { time: clockTime(first) })}</p>`}
      <p class="composer-status" id="chat-status" role=${urgent && silent <= 0 ? "status" : null} data-fault=${urgent}>${words
        ?? html`${t("chat.as", { name: me.name })}${me.role !== "dj" && html` · <button type="button" class="text-button" onClick=${() => { chat.renaming.value = true; }}>${t("chat.change_name")}</button>`}`}</p>
      ${points >= COUNTED_FROM && html`<p class="composer-count figure" data-over=${points > TEXT_MOST}><span class="unseen">${t("chat.characters")} </span>${number(points)}/${number(TEXT_MOST)}</p>`}
    </div>`;
}

/** As tall as what is written, up to a bound. */
function useHeight(field, text) {
  useLayoutEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight + 2, TALLEST_PIXELS)}px`;
  }, [text]);
}
