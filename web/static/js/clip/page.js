// The page of a clip: who and when, the picture and its player, how the set stood.

import { html, useEffect, useSignal } from "../shared/view.js";
import { clockTime, dateTime, keyName, number, percent, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { share } from "../shared/share.js";
import { Foot, Page, TopBar } from "../shared/shell.js";
import { ComponentScores, OverallScore } from "../shared/scores.js";
import { Controls } from "./controls.js";
import { Picture, ScoresHere } from "./picture.js";

export function ClipPage({ clip }) {
  const facts = useSignal(clip.facts);
  const state = useSignal(clip.state);
  return html`<${Page}>${() => html`
    <${TopBar} />
    <main id="main" class="clip" tabindex="-1" aria-busy=${state === "loading"}>
      ${state === "failed" && html`<${Failed} clip=${clip} />`}
      ${facts !== null && html`<${Shown} clip=${clip} facts=${facts} />`}
    </main>
    <${Foot} />`}<//>`;
}

function Failed({ clip }) {
  return html`
    <div class="clip-failed" role="alert">
      <${Icon} name="wifi-off" size=${32} />
      <h1>${t("clip.failed")}</h1>
      <p class="quiet">${t("clip.failed_text")}</p>
      <button type="button" class="button" onClick=${() => clip.load()}>${t("clip.retry")}</button>
    </div>`;
}

function Shown({ clip, facts }) {
  const { player } = clip;
  useTitle(facts);
  return html`
    <${Head} clip=${clip} facts=${facts} />
    <section class="clip-card" aria-label=${t("clip.player")}>
      <${Picture} facts=${facts} player=${player} />
      <${Controls} player=${player} />
      <${ScoresHere} facts=${facts} player=${player} />
    </section>
    <${Standing} scores=${facts.scores} />
    <${Facts} facts=${facts} />`;
}

function Head({ clip, facts }) {
  const time = clockTime(facts.moment.start_seconds);
  const address = `/live/${encodeURIComponent(facts.room)}`;
  return html`
    <header class="clip-head">
      <div class="clip-identity">
        <p class="clip-kind">${t("clip.at", { kind: kindName(facts), time })}</p>
        <h1>${facts.dj_name}</h1>
        <p class="quiet">${facts.title ?? t("clip.untitled")} · ${t("clip.played", { date: dateTime(facts.set_started_unix_seconds) })}</p>
      </div>
      <div class="clip-ways">
        <button type="button" class="button" onClick=${() => share(new URL(location.pathname, location.href).href, titleOf(facts))}>
          <${Icon} name="share-2" size=${18} />${t("clip.share")}</button>
        <a class="button button-quiet" href=${clip.soundAddress} download=${fileName(facts)}>
          <${Icon} name="download" size=${18} />${t("clip.download")}</a>
        <a class="button button-quiet" href=${address}>${t("clip.room")}<${Icon} name="arrow-right" size=${18} /></a>
      </div>
    </header>`;
}

/** How the set stood at the clip's end; before there was evidence it is said in words. */
function Standing({ scores }) {
  const pending = { title: t("clip.no_score"), text: t("clip.no_score_text") };
  return html`
    <section class="clip-scores" aria-label=${t("clip.scores")}>
      <${OverallScore} estimate=${scores?.overall ?? null} pending=${pending} label=${t("clip.set_score")} />
      <${ComponentScores} estimates=${scores?.components ?? null} pending=${pending} />
    </section>`;
}

function Facts({ facts }) {
  const { moment, scores } = facts;
  const heard = (reading, say) => (reading?.value ? say(reading.value) : t("clip.unknown"));
  return html`
    <section class="clip-about" aria-label=${t("clip.facts")}>
      <dl>
        <${Fact} name=${t("clip.bpm")} value=${heard(scores?.bpm, (bpm) => number(bpm, 1))} />
        <${Fact} name=${t("clip.key")} value=${heard(scores?.key, keyName)} />
        <${Fact} name=${t("clip.genre")} value=${heard(scores?.genre, (genre) => t(`genre.${genre}`))} />
        <${Fact} name=${t("clip.strength")} value=${percent(moment.strength)} />
        ${moment.hype !== null && html`
          <${Fact} name=${t("clip.hype")} value=${t("clip.hype_value", { hype: number(Math.round(moment.hype)) })} />`}
      </dl>
      <div class="clip-notes">
        ${facts.missing_seconds > 0 && html`<p>${t("clip.missing", { seconds: number(facts.missing_seconds, 1) })}</p>`}
        ${facts.expires_unix_seconds !== null && html`<p>${t("clip.kept_until", { date: dateTime(facts.expires_unix_seconds) })}</p>`}
      </div>
    </section>`;
}

function Fact({ name, value }) {
  return html`<div><dt>${name}</dt><dd class="figure">${value}</dd></div>`;
}

function kindName(facts) {
  return t(`clip.name.${facts.moment.code}`, {}, t("clip.name.other"));
}

function titleOf(facts) {
  const kind = t(`clip.kind.${facts.moment.code}`, {}, t("clip.kind.other"));
  return t("clip.title", { name: facts.dj_name, kind, time: clockTime(facts.moment.start_seconds) });
}

/** A name that every file system takes. */
function fileName(facts) {
  const time = clockTime(facts.moment.start_seconds).replaceAll(":", "-");
  const name = t("clip.download_name", { name: facts.dj_name, time });
  return `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "_")}.ogg`;
}

function useTitle(facts) {
  useEffect(() => {
    document.title = `${titleOf(facts)} · DJ UNIVERSE Live`;
  });
}
