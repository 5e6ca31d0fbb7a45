// Who is on air, who was, and how to be.

import { html, useSignal } from "../shared/view.js";
import { dateTime, number, t } from "../shared/i18n.js";
import { COMPONENTS, ComponentShape, Icon } from "../shared/icons.js";
import { Foot, Page, TopBar } from "../shared/shell.js";
import { IntervalBar, Settling, margin } from "../shared/scores.js";

const LAST_RESULTS = 6;

export function HomePage({ rooms }) {
  const list = useSignal(rooms.list);
  const failed = useSignal(rooms.failed);
  const onAir = list?.filter((each) => each.phase !== "ended") ?? [];
  const ended = list?.filter((each) => each.phase === "ended").slice(0, LAST_RESULTS) ?? [];
  return html`<${Page}>${() => html`
    <${TopBar} here="home" />
    <main id="main" class="home" tabindex="-1">
      <section aria-labelledby="on-air-title">
        <div class="home-head">
          <h1 id="on-air-title">${t("home.title")}</h1>
          ${onAir.length > 0 && html`<span class="count figure">${number(onAir.length)}</span>`}
        </div>
        ${failed && html`<p class="home-failed" role="status"><${Icon} name="wifi-off" size=${16} />${t("home.failed")}</p>`}
        ${list === null && !failed && html`<div class="cards" aria-busy="true"><div class="card card-waiting"></div><div class="card card-waiting"></div></div>`}
        ${list !== null && onAir.length === 0 && html`<${Nobody} />`}
        ${onAir.length > 0 && html`<ul class="cards">${onAir.map((room) => html`<${RoomCard} key=${room.room} room=${room} />`)}</ul>`}
      </section>
      ${ended.length > 0 && html`
        <section aria-labelledby="results-title">
          <h2 id="results-title">${t("home.results")}</h2>
          <ul class="results">${ended.map((room) => html`<${Result} key=${room.room} room=${room} />`)}</ul>
        </section>`}
      ${onAir.length > 0 && html`<${Invitation} />`}
    </main>
    <${Foot} />`}<//>`;
}

function RoomCard({ room }) {
  const overall = room.set.overall;
  const genre = room.declared_genre ?? room.genre.value;
  return html`
    <li class="card">
      <div class="card-top">
        <p class="badge" data-is=${room.phase}><span class="badge-dot" aria-hidden="true"></span>${t(`live.badge.${room.phase}`)}</p>
        <p class="card-viewers figure" title=${t("live.viewers")}><${Icon} name="users" size=${16} /><span class="unseen">${t("live.viewers")}: </span>${number(room.viewers)}</p>
      </div>
      <h2><a class="card-link" href=${`/live/${encodeURIComponent(room.room)}`}>${room.dj_name}</a></h2>
      <p class="card-title">${room.title ?? t("home.untitled")}</p>
      <div class="card-score">
        ${overall
          ? html`<p><${Settling} value=${overall.value} className="card-value" /> <span class="figure quiet">±${number(margin(overall), 1)}</span></p>`
          : html`<p class="card-pending">${t("home.listening")}</p>`}
        <${IntervalBar} estimate=${overall} />
      </div>
      <ul class="card-components">
        ${COMPONENTS.map((component) => {
          const estimate = room.set.components[component];
          return html`<li key=${component}><${ComponentShape} component=${component} /><span class="unseen">${t(`component.${component}`)}: </span>
            <span class="figure">${estimate ? number(estimate.value, 1) : t("live.not_yet")}</span></li>`;
        })}
      </ul>
      <p class="card-facts figure">
        <span>${genre ? t(`genre.${genre}`) : t("home.genre_unknown")}</span>
        <span>${room.bpm.value ? t("home.bpm", { bpm: number(room.bpm.value, 1) }) : t("home.bpm_unknown")}</span>
      </p>
    </li>`;
}

function Nobody() {
  return html`
    <div class="nobody">
      <${Icon} name="radio" size=${32} />
      <h2>${t("home.nobody")}</h2>
      <p>${t("home.nobody_text")}</p>
      <a class="button button-large" href="/studio">${t("home.go_live")}<${Icon} name="arrow-right" size=${18} /></a>
      <ol class="nobody-steps">
        ${[1, 2, 3].map((step) => html`<li key=${step}><span class="step-number figure" aria-hidden="true">${step}</span>${t(`home.step${step}`)}</li>`)}
      </ol>
    </div>`;
}

function Result({ room }) {
  const overall = room.set.overall;
  return html`
    <li class="result">
      <div><a href=${`/live/${encodeURIComponent(room.room)}`}>${room.dj_name}</a><span class="quiet">${room.title ?? t("home.untitled")}</span></div>
      <span class="quiet result-date">${dateTime(room.started_unix_seconds)}</span>
      <ul class="card-components">
        ${COMPONENTS.map((component) => {
          const estimate = room.set.components[component];
          return html`<li key=${component}><${ComponentShape} component=${component} /><span class="unseen">${t(`component.${component}`)}: </span>
            <span class="figure">${estimate ? number(estimate.value, 1) : t("live.not_yet")}</span></li>`;
        })}
      </ul>
      <strong class="result-score figure">${overall ? number(overall.value, 1) : t("live.not_yet")}</strong>
    </li>`;
}

function Invitation() {
  return html`
    <section class="invitation">
      <p>${t("home.invitation")}</p>
      <a class="button button-quiet" href="/studio">${t("home.go_live")}<${Icon} name="arrow-right" size=${18} /></a>
    </section>`;
}
