// Scores as people see them: a number that settles, its interval, its component's colour and shape.

import { html, useLayoutEffect, useRef } from "./view.js";
import { number, t } from "./i18n.js";
import { COMPONENTS, ComponentShape, Icon } from "./icons.js";
import { reducedMotion } from "./theme.js";

const SETTLE_MS = 250;
const LEAST = 1;
const MOST = 10;

/** Half of an interval's width: what stands behind the plus-minus sign. */
export function margin(estimate) {
  return (estimate.high - estimate.low) / 2;
}

/** A number that moves to its new value in a quarter of a second instead of jumping. */
export function Settling({ value, decimals = 1, className = "" }) {
  const shown = useRef(value);
  const element = useRef(null);
  useLayoutEffect(() => {
    const from = shown.current;
    if (from === value || reducedMotion.matches) {
      shown.current = value;
      element.current.textContent = number(value, decimals);
      return undefined;
    }
    const startMs = performance.now();
    let handle = 0;
    const step = (now) => {
      if (element.current === null) return;
      const part = Math.min(1, (now - startMs) / SETTLE_MS);
      shown.current = from + (value - from) * (1 - (1 - part) ** 3);
      element.current.textContent = number(shown.current, decimals);
      if (part < 1) handle = requestAnimationFrame(step);
    };
    handle = requestAnimationFrame(step);
    return () => cancelAnimationFrame(handle);
  });
  return html`<span ref=${element} class=${`figure ${className}`}></span>`;
}

const place = (value) => `${((value - LEAST) / (MOST - LEAST)) * 100}%`;

/** The scale from 1 to 10 with the interval as a bar and the value as a mark. */
export function IntervalBar({ estimate, component = null }) {
  const kind = component === null ? "" : `is-${component}`;
  return html`
    <span class=${`interval ${kind}`} aria-hidden="true">
      ${estimate && html`
        <span class="interval-range" style=${{ left: place(estimate.low), right: `calc(100% - ${place(estimate.high)})` }}></span>
        <span class="interval-mark" style=${{ left: place(estimate.value) }}></span>`}
    </span>`;
}

/** Why there is no score, in words. */
export function reasonText(code) {
  return t(`reason.${code}`, {}, t("live.reason.other"));
}

/**
 * What stands in place of the set's score: {title, text}. Of a set that is over it is said in the past,
 * and of a room where nobody ever played nothing is awaited.
 */
export function whyNoScore(score, phase, epoch) {
  const reason = score?.set.reason ?? "first_transition_pending";
  if (epoch === null && phase !== null) return { title: t("live.no_set"), text: "" };
  if (phase !== "ended") return { title: t("live.listening"), text: reasonText(reason) };
  return { title: t("live.no_score"), text: t(`live.no_score.${reason}`, {}, reasonText(reason)) };
}

/** The set's score, or in its place and size what is still missing. */
export function OverallScore({ estimate, pending, label }) {
  return html`
    <div class="overall">
      <div class="overall-label">${label}</div>
      ${estimate
        ? html`<div class="overall-figures">
            <${Settling} value=${estimate.value} className="overall-value" />
            <span class="overall-margin figure">±${number(margin(estimate), 1)}</span>
          </div>`
        : html`<div class="overall-pending">
            <strong>${pending.title}</strong>
            <span>${pending.text}</span>
          </div>`}
      <${IntervalBar} estimate=${estimate} />
    </div>`;
}

export function ComponentScores({ estimates, pending }) {
  return html`
    <ul class="components">
      ${COMPONENTS.map((component) => html`
        <${ComponentScore} key=${component} component=${component} estimate=${estimates?.[component] ?? null} pending=${pending} />`)}
    </ul>`;
}

/** One component; where `label` is given ({text, expanded, onClick}), its name opens what `children` show. */
export function ComponentScore({ component, estimate, pending, label = null, children }) {
  const name = html`<${ComponentShape} component=${component} />${t(`component.${component}`)}`;
  return html`
    <li class=${`component is-${component}`}>
      ${label
        ? html`<button type="button" class="component-label" aria-label=${label.text} title=${label.text}
            aria-expanded=${label.expanded} onClick=${label.onClick}>${name}<${Icon} name="chevron-down" size=${14} /></button>`
        : html`<div class="component-label">${name}</div>`}
      <div class="component-figures">
        ${estimate
          ? html`<${Settling} value=${estimate.value} className="component-value" />
              <span class="component-margin figure">±${number(margin(estimate), 1)}</span>`
          : html`<span class="component-none" aria-label=${pending.text || pending.title}>${t("live.not_yet")}</span>`}
      </div>
      <${IntervalBar} estimate=${estimate} component=${component} />
      ${children}
    </li>`;
}

/** What each component speaks of. */
export function ComponentMeanings() {
  return html`
    <dl class="component-help">
      ${COMPONENTS.map((component) => html`
        <div key=${component}><dt><${ComponentShape} component=${component} />${t(`component.${component}`)}</dt>
          <dd>${t(`component.${component}.means`)}</dd></div>`)}
    </dl>`;
}
