// Step 3: play. Everything here is read at arm's length, in a glance, in the dark.

import { html, useSignal } from "../shared/view.js";
import { clockTime, signed, t } from "../shared/i18n.js";
import { ComponentScores, OverallScore, whyNoScore } from "../shared/scores.js";
import { ComponentShape } from "../shared/icons.js";
import { findingFix, findingText } from "../shared/findings.js";
import { costliest, lossName } from "../shared/losses.js";
import { Room } from "../wire/room.js";
import { StepTitle } from "./sound.js";
import { BeatNeedle } from "./needle.js";
import { KeyWheel } from "./wheel.js";
import { LoudnessBar } from "./loudness.js";

const COSTS_MOST = 3; // what can be read in a glance

// Instruments without a set: the needle rests, the wheel and the bar are empty.
const atRest = new Room("");

export function PlayPreview() {
  return html`
    <section class="panel play-preview" aria-labelledby="play-title">
      <${StepTitle} id="play-title" number="3" title=${t("studio.step3")} />
      <p class="play-lead">${t("studio.play_lead")}</p>
      <ul class="play-points">
        ${["score", "finding"].map((point) => html`
          <li key=${point}><strong>${t(`studio.play.${point}`)}</strong><span>${t(`studio.play.${point}_text`)}</span></li>`)}
      </ul>
      <div class="instruments at-rest">
        <${BeatNeedle} room=${atRest} />
        <${KeyWheel} room=${atRest} />
        <${LoudnessBar} room=${atRest} />
      </div>
      <p class="quiet">${t("live.help_limits")} <a href="/privacy">${t("common.privacy_text")}</a></p>
    </section>`;
}

export function Playing({ session }) {
  const room = useSignal(session.room);
  if (room === null) {
    return html`<section class="panel playing-wait"><span class="spinner" aria-hidden="true"></span><p>${t("studio.waiting_room")}</p></section>`;
  }
  return html`<${PlayingRoom} room=${room} />`;
}

function PlayingRoom({ room }) {
  const score = useSignal(room.score);
  const pending = whyNoScore(score, useSignal(room.phase));
  return html`
    <div class="playing">
      <section class="panel playing-score" aria-label=${t("live.scores")}>
        <${OverallScore} estimate=${score?.set.overall ?? null} pending=${pending} label=${t("live.overall")} />
        <${ComponentScores} estimates=${score?.set.components} pending=${pending} />
      </section>
      <div class="playing-words">
        <${LastFinding} room=${room} />
        <${Costs} score=${score} />
      </div>
      <div class="instruments">
        <${BeatNeedle} room=${room} />
        <${KeyWheel} room=${room} />
        <${LoudnessBar} room=${room} />
      </div>
    </div>`;
}

/** What costs most, and which hand to move. */
function Costs({ score }) {
  const costs = costliest(score, COSTS_MOST);
  return html`
    <section class="panel costs" aria-labelledby="costs-title">
      <h3 id="costs-title">${t("studio.costs")}</h3>
      ${costs.length === 0
        ? html`<p class="quiet">${t("studio.costs_none")}</p>`
        : html`<ol>
            ${costs.map((loss) => html`
              <li key=${loss.component + loss.code}>
                <${ComponentShape} component=${loss.component} />
                <p><strong>${lossName(loss)}</strong> ${t(`finding.${loss.code}.fix`)}</p>
                <span class="figure">${signed(loss.points)}</span>
              </li>`)}
          </ol>`}
    </section>`;
}

/** The newest finding in letters that can be read while both hands are busy. */
function LastFinding({ room }) {
  const findings = useSignal(room.findings);
  const last = findings.at(-1);
  if (last === undefined) {
    return html`<section class="panel last-finding" aria-label=${t("studio.last_finding")}><p class="last-none">${t("live.findings_none")}</p></section>`;
  }
  return html`
    <section class=${`panel last-finding is-${last.component}`} aria-label=${t("studio.last_finding")} key=${last.id}>
      <p class="last-head"><${ComponentShape} component=${last.component} />${t(`component.${last.component}`)}
        <span class="figure">${clockTime(last.start_seconds)}</span></p>
      <p class="last-text">${findingText(last)} <span>${findingFix(last)}</span></p>
    </section>`;
}
