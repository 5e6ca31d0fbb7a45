// The picture and what lies on it: who plays, what is heard, the way to listen.

import { html, useEffect, useFrames, useMemo, useRef, useSignal, useState } from "../shared/view.js";
import { clockTime, dateTime, keyName, number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { reasonText } from "../shared/scores.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { Controls } from "./controls.js";
import { Picture, beatAt } from "./picture.js";
import { useSituation } from "./situation.js";

const ON_AIR = new Set(["live", "stalled", "resuming", "connecting"]);

export function Stage({ session, actions }) {
  const canvas = useRef(null);
  const situation = useSituation(session);
  const picture = useMemo(() => ({ current: null }), []);
  useEffect(() => {
    picture.current = new Picture(canvas.current, session);
  }, [session]);
  useFrames((now) => {
    session.room.release(session.heard());
    if (!session.pictures.draw(now)) picture.current?.draw(now);
  }, [session]);
  const part = useSignal(session.pictures.part);
  return html`
    <section class="stage" aria-label=${t("live.picture")} data-situation=${situation}>
      <canvas ref=${canvas} class="stage-picture" aria-hidden="true"></canvas>
      ${part && html`<${part.VisualsLayer} visuals=${session.pictures.visuals} room=${session.room} scrim />`}
      <div class="stage-top">
        <${Identity} session=${session} situation=${situation} />
        <${Readings} session=${session} />
      </div>
      <div class="stage-middle"><${Middle} session=${session} situation=${situation} actions=${actions} /></div>
      <div class="stage-bottom">
        <${BeatRow} session=${session} />
        <${Controls} session=${session} actions=${actions} part=${part} />
      </div>
    </section>`;
}

function Identity({ session, situation }) {
  const info = useSignal(session.room.info);
  const onAir = ON_AIR.has(situation);
  return html`
    <div class="identity">
      <p class="badge" data-is=${situation}>
        <span class="badge-dot" aria-hidden="true"></span>${t(`live.badge.${situation}`)}
        ${onAir && html`<${Elapsed} session=${session} />`}
      </p>
      <h1>${info?.dj_name ?? session.room.slug}</h1>
      ${info?.title && html`<p class="identity-title">${info.title}</p>`}
    </div>`;
}

function Elapsed({ session }) {
  const element = useRef(null);
  useFrames(() => {
    if (element.current === null) return;
    const sample = session.shown();
    const text = sample === null ? "" : clockTime(sample / SAMPLE_RATE_HZ);
    if (element.current.textContent !== text) element.current.textContent = text;
  }, [session]);
  return html`<span ref=${element} class="badge-time figure"></span>`;
}

function Readings({ session }) {
  const { room } = session;
  const score = useSignal(room.score);
  const info = useSignal(room.info);
  const viewers = useSignal(room.viewers);
  const delay = useSignal(session.delaySeconds);
  const genre = info?.declared_genre ?? score?.genre.value;
  const bpm = score?.bpm.value;
  const section = score?.section.value;
  const key = useSignal(room.key);
  const item = (name, label, value, title = null) => html`
    <div class="reading" data-name=${name} title=${title}><dt>${label}</dt><dd class="figure">${value ?? t("live.not_yet")}</dd></div>`;
  return html`
    <dl class="readings">
      ${item("genre", t("live.genre"), genre && t(`genre.${genre}`))}
      ${item("bpm", t("live.bpm"), bpm && number(bpm, 1))}
      ${item("key", t("live.key"), key?.camelot, key && keyName(key.name))}
      ${item("section", t("live.section"), section && t(`section.${section}`))}
      ${item("viewers", t("live.viewers"), viewers === null ? null : number(viewers))}
      ${item("delay", t("live.delay"), delay === null ? null : t("live.seconds", { seconds: number(delay, 1) }),
        t("live.delay_means"))}
    </dl>`;
}

/** Four lamps, one for each beat of the bar; one lamp where the bar is not known. */
function BeatRow({ session }) {
  const row = useRef(null);
  useFrames(() => {
    if (row.current === null) return;
    const { room } = session;
    const live = room.phase.peek() === "live";
    const beat = live ? beatAt(room.beat.peek(), session.shown()) : null;
    const lit = beat === null || beat.phase > 0.55 ? -1 : (beat.inBar ?? 0);
    if (row.current.dataset.lit !== String(lit)) row.current.dataset.lit = String(lit);
  }, [session]);
  return html`<div ref=${row} class="beats" aria-hidden="true"><i></i><i></i><i></i><i></i></div>`;
}

function Middle({ session, situation, actions }) {
  const sound = useSignal(session.player.state);
  const canDecode = useSignal(session.canDecode);
  const [tapped, setTapped] = useState(false);
  if (situation !== "live") return html`<${Message} session=${session} situation=${situation} />`;
  if (canDecode === false) return html`<${Plain} icon="volume-x" title=${t("live.no_decoder")} text=${t("live.no_decoder_do")} />`;
  if (sound === "failed") {
    return html`<${Plain} icon="volume-x" title=${t("live.no_sound")} text=${t("live.no_sound_do")}
      action=${actions.sound} label=${t("live.try_again")} />`;
  }
  if (tapped || sound !== "off") return null;
  const listen = () => {
    setTapped(true);
    actions.sound();
  };
  return html`
    <button type="button" class="listen" onClick=${listen}><${Icon} name="headphones" size=${24} />${t("live.listen")}</button>`;
}

function Message({ session, situation }) {
  const { connection, room } = session;
  const info = useSignal(room.info);
  const reason = useSignal(room.reason);
  const name = { name: info?.dj_name ?? room.slug };
  switch (situation) {
    case "joining":
    case "connecting":
      return html`<${Plain} busy title=${t(`live.${situation}`)} text=${t(`live.${situation}_text`)} />`;
    case "stalled":
    case "resuming":
      return html`<${Plain} busy title=${t(`live.${situation}`, name)} text=${t(`live.${situation}_text`, name)} />`;
    case "gone":
      return html`<${Lost} connection=${connection} title=${t("live.gone")}
        text=${t(room.phase.peek() === "ended" ? "live.gone_ended" : "live.gone_text")} />`;
    case "lost":
      return html`<${Lost} connection=${connection} title=${t("live.lost")}
        text=${t(navigator.onLine ? "live.lost_text" : "live.offline_text")} />`;
    case "refused":
      return html`<${Plain} icon="triangle-alert" title=${t("live.refused")} text=${t("live.refused_text")}
        action=${() => connection.retry()} label=${t("live.try_again")} />`;
    case "nowhere":
      return html`<${Plain} icon="info" title=${t("live.nowhere")} text=${t("live.nowhere_text")}><${WhoElse} /><//>`;
    case "nobody":
      return html`<${Plain} icon="radio" title=${t("live.nobody")} text=${t("live.nobody_text")}><${WhoElse} /><//>`;
    default:
      return html`<${Plain} title=${t("live.ended")} lead=${endedBy(reason)}
        text=${info && t("live.ended_text", { date: dateTime(info.started_unix_seconds), time: clockTime(room.history.duration) })}>
        <${WhoElse} /><//>`;
  }
}

function Plain({ icon = null, busy = false, title, lead = "", text, action = null, label = "", children }) {
  return html`
    <div class="message">
      ${busy && html`<span class="spinner" aria-hidden="true"></span>`}
      ${icon && html`<${Icon} name=${icon} size=${28} />`}
      <p class="message-title">${title}</p>
      ${lead && html`<p class="message-lead">${lead}</p>`}
      ${text && html`<p class="message-text">${text}</p>`}
      ${action && html`<button type="button" class="button" onClick=${action}>${label}</button>`}
      ${children}
    </div>`;
}

/** Why the set ended, where that is known. */
function endedBy(reason) {
  return reason === null ? "" : t(`live.ended_by.${reason}`, {}, reasonText(reason));
}

function Lost({ connection, title, text }) {
  const link = useSignal(connection.link);
  const [seconds, setSeconds] = useState(null);
  useEffect(() => {
    const count = () => setSeconds(link.is === "waiting"
      ? Math.max(0, Math.ceil((link.untilMs - performance.now()) / 1000)) : null);
    count();
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [link]);
  return html`
    <${Plain} busy=${seconds === null} icon=${seconds === null ? null : "wifi-off"} title=${title} text=${text}
      action=${() => connection.tryNow()}
      label=${seconds === null ? t("live.trying") : t("live.try_now", { seconds })} />`;
}

/** Rooms that are on air while this one is not. */
function WhoElse() {
  const [rooms, setRooms] = useState([]);
  useEffect(() => {
    const stop = new AbortController();
    fetch("/api/rooms", { signal: stop.signal })
      .then((response) => (response.ok ? response.json() : { rooms: [] }))
      .then((answer) => setRooms(answer.rooms.filter((each) => ON_AIR.has(each.phase)).slice(0, 3)))
      .catch(() => {});
    return () => stop.abort();
  }, []);
  return html`
    <div class="message-links">
      ${rooms.map((each) => html`
        <a key=${each.room} class="button button-quiet" href=${`/live/${encodeURIComponent(each.room)}`}>
          <span class="badge-dot" aria-hidden="true"></span>${each.dj_name}</a>`)}
      <a class="button button-quiet" href="/">${t("live.who_is_on")}</a>
    </div>`;
}
