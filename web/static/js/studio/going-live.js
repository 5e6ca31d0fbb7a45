// Step 2: go live; and once on air, how it goes and how to stop.

import { html, useFrames, useMemo, useRef, useSignal, useState } from "../shared/view.js";
import { clockTime, number, percent, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { reasonText } from "../shared/scores.js";
import { copyText } from "../shared/shell.js";
import { useModule } from "../shared/hooks.js";
import { TabPanel, Tabs } from "../shared/tabs.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { passAddress } from "../wire/pass.js";
import { StepTitle } from "./sound.js";

const GENRES = ["house", "techno", "trance", "dubstep", "other"];

export function GoLive({ session, onObs }) {
  const source = useSignal(session.source);
  const state = useSignal(session.publisher.state);
  const [hasKey, setHasKey] = useState(session.key !== "");
  const busy = state.is === "connecting";
  const submit = (event) => {
    event.preventDefault();
    session.goLive();
  };
  const gone = useSignal(session.captureError) === "input_gone";
  const missing = source === null || gone ? "studio.need_sound" : !hasKey ? "studio.need_key" : null;
  return html`
    <section class="panel going" aria-labelledby="going-title">
      <${StepTitle} id="going-title" number="2" title=${t("studio.step2")} />
      <form class="going-form" onSubmit=${submit}>
        <${KeyField} session=${session} onFilled=${setHasKey} />
        <label class="field"><span>${t("studio.title")}</span>
          <input class="input" maxlength="120" placeholder=${t("studio.title_example")} defaultValue=${session.title}
            onInput=${(event) => { session.title = event.target.value; }} />
        </label>
        <label class="field"><span>${t("studio.genre")}</span>
          <select class="input" defaultValue=${session.genre} onChange=${(event) => { session.genre = event.target.value; }}>
            <option value="">${t("studio.genre_heard")}</option>
            ${GENRES.map((genre) => html`<option key=${genre} value=${genre}>${t(`genre.${genre}`)}</option>`)}
          </select>
        </label>
        <${Waiting} session=${session} />
        <button type="submit" class="button button-large" disabled=${missing !== null || busy}>
          ${busy ? t("studio.connecting") : t(state.code === "taken_over" ? "studio.take_back" : "studio.go_live")}</button>
        <p class="quiet going-hint" role="status">${missing ? t(missing) : ""}</p>
        ${state.is === "failed" && html`<${Failure} state=${state} />`}
      </form>
      <button type="button" class="button button-quiet" onClick=${onObs}>${t("studio.use_obs")}</button>
    </section>`;
}

/** After a reload on air: the server still keeps the set. */
function Waiting({ session }) {
  const seconds = useSignal(session.waiting.secondsLeft);
  const first = useMemo(() => seconds, [seconds === null]); // said once, not each second
  if (seconds === null) return null;
  return html`<p class="unseen" role="status">${t("studio.set_waits", { seconds: first })}</p>
    <p class="warning waiting" aria-hidden="true"><${Icon} name="timer" size=${16} /><span>${t("studio.set_waits", { seconds })}</span></p>`;
}

function KeyField({ session, onFilled }) {
  const keep = useSignal(session.keepKey);
  const [shown, setShown] = useState(false);
  const typed = (event) => {
    session.key = event.target.value;
    onFilled(session.key.trim() !== "");
  };
  return html`
    <div class="field">
      <label for="key">${t("studio.key")}</label>
      <div class="key-row">
        <input id="key" class="input" type=${shown ? "text" : "password"} autocomplete="off" spellcheck=${false}
          autocapitalize="none" defaultValue=${session.key} placeholder=${t("studio.key_example")} onInput=${typed} />
        <button type="button" class="icon-button" aria-label=${shown ? t("studio.key_hide") : t("studio.key_show")}
          onClick=${() => setShown(!shown)}><${Icon} name=${shown ? "eye-off" : "eye"} /></button>
      </div>
    </div>
    <label class="check"><input type="checkbox" checked=${keep} onChange=${(event) => session.setKeepKey(event.target.checked)} />
      <span>${t("studio.key_keep")}</span></label>`;
}

/** What went wrong in the server's words for this code, or in ours, or in its English original. */
function Failure({ state }) {
  const words = state.code.startsWith("set_over.") ? endText(state.code.slice("set_over.".length))
    : t(`studio.error.${state.code}`, state.details,
      t(`error.${state.code}`, state.details, state.details.message ?? t("studio.error.other", { code: state.code })));
  return html`<p class="warning" role="alert"><${Icon} name="triangle-alert" size=${16} /><span>${words}</span></p>`;
}

/** That the server ended the set, and what to do: said to the DJ where we have the words. */
function endText(reason) {
  return t(`studio.set_over.${reason}`, {}, t("studio.set_over.other", { why: reasonText(reason) }));
}

/** The connection is being mended: with the set still open, or for a new one. */
function Mending({ session }) {
  const ended = useSignal(session.ended);
  const words = ended === null ? t("studio.reconnecting_text")
    : t(`studio.goes_on.${ended}`, {}, t("studio.goes_on.server_stopping"));
  return html`<p class="warning" role="alert"><${Icon} name="wifi-off" size=${16} /><span>${words}</span></p>`;
}

/** What went wrong with the set on the server, such as a recording with a hole. */
function Fault({ room }) {
  const fault = useSignal(room.fault);
  if (fault === null) return null;
  const words = t(`error.${fault.code}`, fault.details, t("studio.error.other", { code: fault.code }));
  return html`<p class="warning" role="alert"><${Icon} name="triangle-alert" size=${16} /><span>${words}</span></p>`;
}

export function OnAir({ session }) {
  const state = useSignal(session.publisher.state);
  const room = useSignal(session.room);
  const [sure, setSure] = useState(false);
  const link = room && new URL(`/live/${room.slug}`, location.href).href;
  return html`
    <section class="panel on-air" aria-labelledby="on-air-title">
      <div class="on-air-head">
        <h2 id="on-air-title" class="badge" data-is=${state.is}><span class="badge-dot" aria-hidden="true"></span>
          ${t(state.is === "live" ? "studio.on_air" : "studio.reconnecting")}</h2>
        ${room && html`<${OnAirTime} room=${room} />`}
      </div>
      ${state.is === "reconnecting" && html`<${Mending} session=${session} />`}
      ${room && html`<${Fault} room=${room} />`}
      ${room && html`<${Beside} session=${session} room=${room} />`}
      ${sure
        ? html`<div class="stop-row">
            <button type="button" class="button button-danger" onClick=${() => session.stop()}>${t("studio.stop_sure")}</button>
            <button type="button" class="button button-quiet" onClick=${() => setSure(false)}>${t("studio.stop_no")}</button>
          </div>`
        : html`<div class="share-row">
            ${link && html`
              <a href=${link} target="_blank" rel="noopener">${new URL(link).pathname}</a>
              <button type="button" class="icon-button" aria-label=${t("studio.copy_link")} title=${t("studio.copy_link")} onClick=${() => copyText(link)}><${Icon} name="copy" size=${18} /></button>`}
            <button type="button" class="button button-quiet" onClick=${() => setSure(true)}><${Icon} name="circle-stop" size=${18} />${t("studio.stop")}</button>
          </div>`}
    </section>`;
}

/** What people say, or what arrives at the server. */
function Beside({ session, room }) {
  const { chat } = session;
  const [tab, setTab] = useState("chat");
  const panel = useModule(() => import("../chat/panel.js"), true);
  const unread = useSignal(chat.unread);
  const openPage = (page) => open(passAddress(room.slug, session.key.trim(), page), "_blank", "noopener");
  const tabs = [
    { id: "chat", label: t("chat.title"), count: tab === "chat" ? 0 : unread },
    { id: "received", label: t("studio.received") },
  ];
  return html`
    <div class="beside">
      <div class="beside-head">
        <${Tabs} label=${t("studio.beside")} tabs=${tabs} chosen=${tab} onChoose=${setTab} />
        <button type="button" class="icon-button" aria-label=${t("studio.visuals")} title=${t("studio.visuals")} onClick=${() => openPage("vj")}><${Icon} name="sparkles" size=${18} /></button>
        <button type="button" class="icon-button" aria-label=${t("studio.moderate")} title=${t("studio.moderate")} onClick=${() => openPage("moderate")}><${Icon} name="shield" size=${18} /></button>
      </div>
      ${tab === "chat"
        ? html`<${TabPanel} id="chat">${panel && html`<${panel.ChatPanel} chat=${chat} cheering=${false} />`}<//>`
        : html`<${TabPanel} id="received"><${Received} room=${room} /><//>`}
    </div>`;
}

/** How far the set is: by its own clock, which a takeover or a reload does not set back. */
function OnAirTime({ room }) {
  const element = useRef(null);
  useFrames(() => {
    if (element.current === null) return;
    const sample = room.phase.peek() === "ended" ? null : room.liveEdge.sample();
    const text = sample === null ? "" : clockTime(sample / SAMPLE_RATE_HZ);
    if (element.current.textContent !== text) element.current.textContent = text;
  }, [room]);
  return html`<span ref=${element} class="on-air-time figure"></span>`;
}

/** What arrives at the server, in its own words once a second. */
function Received({ room }) {
  const reception = useSignal(room.reception);
  const viewers = useSignal(room.viewers);
  const none = t("live.not_yet");
  const delay = reception && (reception.round_trip_ms ?? 0) / 2 + reception.hold_back_ms;
  const facts = [
    ["channels", reception ? t(reception.channels === 2 ? "studio.stereo" : "studio.mono") : none, reception?.channels === 1],
    ["bitrate", reception ? t("studio.kilobits", { kbps: number(reception.bitrate_bps / 1000, 0) }) : none, false],
    ["loss", reception ? percent(reception.loss_ratio, 1) : none, reception?.loss_ratio > 0.02],
    ["delay", reception ? t("live.milliseconds", { ms: number(delay, 0) }) : none, false],
    ["viewers", viewers === null ? none : number(viewers), false],
  ];
  return html`
    <dl class="received">
      ${facts.map(([name, value, bad]) => html`
        <div key=${name} data-bad=${bad}><dt>${t(`studio.fact.${name}`)}</dt>
          <dd class="figure">${bad && html`<${Icon} name="triangle-alert" size=${14} />`}${value}</dd></div>`)}
    </dl>`;
}
