// Epic moments: what happened when, how strong it was, and the clip to hear it again.

import { html, useSignal } from "../shared/view.js";
import { addTexts, clockTime, number, t } from "../shared/i18n.js";
import { Icon } from "../shared/icons.js";
import { share } from "../shared/share.js";

const STEPS = 5;

await addTexts(["clip"]); // why there is no clip

export const momentName = ({ code }) => t(`moment.${code}`, {}, t("moment.other"));

/** The stretch of a moment, as the timeline chooses stretches. */
export function stretchOfMoment({ id, start_seconds, end_seconds }) {
  return { id: `moment-${id}`, start_seconds, end_seconds, component: "text" };
}

/** Everything about a moment in one line. */
export function momentLine(moment) {
  return `${clockTime(moment.start_seconds)}, ${momentName(moment)}. ${t("moment.strength", { strength: number(100 * moment.strength, 0) })}`;
}

export function MomentCard({ moment, room, selected = false, onSelect = null }) {
  const time = clockTime(moment.start_seconds);
  return html`
    <article class="moment" data-selected=${selected} data-id=${moment.id} data-status=${moment.status}>
      <div class="moment-head">
        <${Icon} name="star" size=${14} />
        <h3>${momentName(moment)}</h3>
        ${onSelect && moment.now
          ? html`<button type="button" class="finding-time figure" aria-label=${t("live.show_at", { time })} onClick=${() => onSelect(stretchOfMoment(moment))}>${time}</button>`
          : html`<span class="finding-time figure">${time}</span>`}
      </div>
      <p class="moment-strength"><span class="moment-steps" aria-hidden="true">${Array.from({ length: STEPS }, (_, step) => html`
        <i key=${step} data-on=${moment.strength * STEPS > step + 0.25}></i>`)}</span>
        <span class="figure">${t("moment.strength", { strength: number(100 * moment.strength, 0) })}</span></p>
      <p class="quiet">${t(`moment.status.${moment.status}`)}${moment.hype !== null && ` ${t("moment.hype", { hype: number(moment.hype, 0) })}`}</p>
      <${Clip} moment=${moment} room=${room} />
    </article>`;
}

function Clip({ moment, room }) {
  if (moment.clip === null) {
    const words = moment.clip_reason === null ? t("moment.clip_soon") : t(`reason.${moment.clip_reason}`, {}, t("moment.no_clip"));
    return html`<p class="moment-clip quiet">${words}</p>`;
  }
  const address = `/clips/${encodeURIComponent(moment.clip)}`;
  return html`
    <p class="moment-clip"><a href=${address}><${Icon} name="play" size=${14} />${t("moment.hear")}</a>
      <button type="button" class="text-button" onClick=${() => share(new URL(address, location.href).href, `${momentName(moment)} · ${room.info.peek()?.dj_name ?? room.slug}`)}><${Icon} name="share-2" size=${14} />${t("moment.share")}</button></p>`;
}

export function Moments({ chat, room, selected, onSelect }) {
  const epoch = useSignal(room.epoch);
  useSignal(chat.crowd.moments);
  const moments = chat.momentsOf(epoch);
  const firstOfBefore = moments.findIndex((each) => !each.now);
  if (moments.length === 0) {
    return html`<div class="moments-none"><${Icon} name="star" size=${24} /><p>${t("moment.none")}</p><p class="quiet">${t("moment.none_text")}</p></div>`;
  }
  return html`
    <ol class="moments" tabindex="0" aria-label=${t("moment.title")}>
      ${moments.map((moment, at) => html`
        <li key=${moment.id}>
          ${at === firstOfBefore && html`<p class="moments-before">${t("moment.before")}</p>`}
          <${MomentCard} moment=${moment} room=${room} selected=${selected?.id === `moment-${moment.id}`} onSelect=${onSelect} />
        </li>`)}
    </ol>`;
}
