// The timeline as one thing to look at, to tap and to steer by keyboard.
//
// The course is a canvas; what one can act on are real buttons above it, one for each finding or for
// findings too close to tell apart.

import { html, signal, useEffect, useFrames, useMemo, useRef, useSignal, useState } from "../shared/view.js";
import { clockTime, number, t } from "../shared/i18n.js";
import { useModule } from "../shared/hooks.js";
import { onColours, reducedMotion } from "../shared/theme.js";
import { ComponentShape } from "../shared/icons.js";
import { FindingCard, findingLine } from "../shared/findings.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { beatAt } from "./picture.js";
import { Frame, paintTimeline } from "./timeline-paint.js";
import { SPANS, TimelineView } from "./timeline-view.js";

const PIN_PIXELS = 26;
const WHEEL_ZOOM = 0.0016;
const KEY_PAN = 0.15; // of the stretch shown
const PINS_EVERY_MS = 66;

/** Findings, or moments, that would lie on top of each other become one pin. */
export function gatherPins(findings, frame, placeOf = middleOf) {
  const pins = [];
  for (const finding of findings) {
    const x = frame.x(placeOf(finding));
    if (x < frame.left || x > frame.right) continue;
    const last = pins.at(-1);
    if (last !== undefined && x - last.x < PIN_PIXELS) last.findings.push(finding);
    else pins.push({ x, findings: [finding] });
  }
  return pins;
}

function middleOf({ start_seconds, end_seconds }) {
  return (start_seconds + end_seconds) / 2;
}

export function Timeline({ session, selected, onSelect }) {
  const { room } = session;
  const canvas = useRef(null);
  const view = useMemo(() => new TimelineView(), []);
  const pins = useMemo(() => signal([]), []);
  const momentPins = useMemo(() => signal([]), []);
  const stars = useModule(() => import("./moment-pins.js"), useSignal(session.chat.crowd.moments).size > 0);
  const span = useMemo(() => signal({ span: null, follows: true }), []);
  const painter = useMemo(() => new TimelinePainter(session, view, { pins, momentPins, span }), [session]);
  painter.selected = selected;
  painter.canvas = canvas;
  useFrames((now) => painter.frame(now), [painter]);
  useEffect(() => onColours(() => painter.touch()), [painter]);
  useEffect(() => session.chat.crowd.moments.subscribe(() => painter.touch()), [painter]);
  useEffect(() => room.epoch.subscribe(() => view.show(view.span)), [room]); // another set, from its beginning
  useEffect(() => {
    if (selected !== null) view.reveal(selected.start_seconds, painter.now());
    painter.touch();
  }, [selected]);
  const steering = useSteering(painter, view);
  return html`
    <section class="timeline" aria-label=${t("live.timeline")}>
      <div class="timeline-head">
        <h2>${t("live.timeline")}</h2>
        <${Legend} />
        <${SpanChoice} view=${view} span=${span} painter=${painter} />
      </div>
      <div class="timeline-box" ref=${steering.box}>
        <canvas ref=${canvas} class="timeline-canvas" tabindex="0" role="img"
          aria-label=${t("live.timeline_keys")} aria-describedby="timeline-summary" onKeyDown=${steering.key}></canvas>
        <${Pins} pins=${pins} selected=${selected} onSelect=${onSelect} />
        ${stars && html`<${stars.MomentPins} pins=${momentPins} session=${session} selected=${selected} onSelect=${onSelect} />`}
        <${Summary} room=${room} />
      </div>
    </section>`;
}

function Legend() {
  return html`
    <ul class="legend" aria-hidden="true">
      <li><span class="legend-line"></span>${t("live.legend.set")}</li>
      <li><span class="legend-band"></span>${t("live.legend.interval")}</li>
      <li><span class="legend-area"></span>${t("live.legend.energy")}</li>
      <li><span class="legend-transition"></span>${t("live.legend.transition")}</li>
    </ul>`;
}

function SpanChoice({ view, span, painter }) {
  const now = useSignal(span);
  const choose = (seconds) => {
    view.show(seconds);
    painter.touch();
  };
  const label = (seconds) => (seconds === null ? t("live.whole_set")
    : t("live.minutes", { minutes: seconds / 60 }));
  return html`
    <div class="segmented" role="group" aria-label=${t("live.span")}>
      ${SPANS.map((seconds) => html`
        <button type="button" key=${seconds} aria-pressed=${now.follows && now.span === seconds}
          onClick=${() => choose(seconds)}>${label(seconds)}</button>`)}
    </div>`;
}

function Pins({ pins, selected, onSelect }) {
  const shown = useSignal(pins);
  const [open, setOpen] = useState(null);
  const tap = (pin) => {
    const at = pin.findings.findIndex((each) => each.id === open);
    const next = at >= 0 && at === pin.findings.length - 1 ? null : pin.findings[at + 1];
    setOpen(next?.id ?? null);
    onSelect(next);
  };
  const close = (event) => {
    if (event.key !== "Escape" || open === null) return;
    event.stopPropagation();
    setOpen(null);
    onSelect(null);
  };
  const openPin = shown.find((pin) => pin.findings.some((each) => each.id === open));
  const finding = openPin?.findings.find((each) => each.id === open);
  return html`
    <div class="pins" onKeyDown=${close}>
      ${shown.map((pin) => {
        const first = pin.findings.at(-1);
        const chosen = pin.findings.some((each) => each.id === selected?.id);
        const label = pin.findings.length === 1 ? findingLine(first)
          : t("live.findings_here", { count: pin.findings.length, time: clockTime(first.start_seconds) });
        return html`
          <button type="button" key=${pin.findings[0].id} class=${`pin is-${first.component}`} aria-label=${label}
            aria-expanded=${chosen && open !== null} data-loss=${first.points < 0}
            style=${{ transform: `translateX(${pin.x}px)` }} onClick=${() => tap(pin)}>
            <${ComponentShape} component=${first.component} size=${12} />
            ${pin.findings.length > 1 && html`<span class="pin-count figure">${number(pin.findings.length)}</span>`}
          </button>`;
      })}
      ${finding && html`
        <div class="pin-card" style=${{ left: `clamp(8px, ${openPin.x - 150}px, calc(100% - 308px))` }}>
          <${FindingCard} finding=${finding} />
        </div>`}
    </div>`;
}

/** The course in a sentence, for who cannot see it; read when asked for, never by itself. */
function Summary({ room }) {
  const score = useSignal(room.score);
  const findings = useSignal(room.findings);
  const transitions = useSignal(room.transitions);
  const overall = score?.set.overall;
  const words = overall
    ? t("live.summary", {
      time: clockTime(score.end_seconds), score: number(overall.value, 1), transitions: transitions.size,
      findings: findings.length,
    })
    : t("live.summary_empty");
  return html`<p id="timeline-summary" class="unseen">${words}</p>`;
}

/** Redraws when something to be seen has changed, and only then. */
class TimelinePainter {
  constructor(session, view, { pins, momentPins, span }) {
    this.session = session;
    this.view = view;
    this.pins = pins;
    this.momentPins = momentPins;
    this.span = span;
    this.selected = null;
    this.drawn = { version: -1, x: -1, pulse: -1 };
    this.lastMs = 0;
    this.pinsMs = 0;
    this.touched = true;
  }

  touch() {
    this.touched = true;
  }

  /** Where the set stands, in seconds. */
  now() {
    const { room } = this.session;
    const ended = room.phase.peek() === "ended";
    const sample = ended ? null : this.session.shown();
    if (sample === null) return room.history.duration;
    return Math.max(0, Math.min(sample / SAMPLE_RATE_HZ, room.history.duration + 4));
  }

  frame(nowMs) {
    const element = this.canvas.current;
    if (element === null || element.clientWidth === 0) return;
    const seconds = Math.min(0.1, (nowMs - this.lastMs) / 1000);
    this.lastMs = nowMs;
    const { room } = this.session;
    const now = this.now();
    const moved = this.view.step(now, seconds, reducedMotion.matches);
    const resized = this.fit(element);
    const frame = new Frame(element.clientWidth, element.clientHeight, this.view.start, this.view.end);
    const pulse = this.pulse();
    const x = Math.round(frame.x(now) * 2);
    const key = { version: room.history.version, x, pulse: Math.round(pulse * 12) };
    const same = Object.keys(key).every((name) => key[name] === this.drawn[name]);
    if (same && !moved && !resized && !this.touched) return;
    this.drawn = key;
    this.touched = false;
    this.paint(element, frame, now, pulse);
    this.placePins(frame, nowMs);
  }

  fit(element) {
    this.ratio = Math.min(devicePixelRatio, 2);
    const width = Math.round(element.clientWidth * this.ratio);
    const height = Math.round(element.clientHeight * this.ratio);
    if (element.width === width && element.height === height) return false;
    element.width = width;
    element.height = height;
    return true;
  }

  pulse() {
    if (reducedMotion.matches) return 0;
    const { room } = this.session;
    const beat = room.phase.peek() === "live" ? beatAt(room.beat.peek(), this.session.shown()) : null;
    return beat === null ? 0 : Math.exp(-beat.phase * 5);
  }

  paint(element, frame, now, pulse) {
    const context = element.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, element.clientWidth, element.clientHeight);
    const { room } = this.session;
    paintTimeline(context, frame, {
      history: room.history, transitions: room.transitions.peek().values(), selected: this.selected, now, pulse,
    });
  }

  placePins(frame, nowMs) {
    const { span, follows } = this.view;
    const before = this.span.peek();
    if (before.span !== span || before.follows !== follows) this.span.value = { span, follows };
    if (nowMs - this.pinsMs < PINS_EVERY_MS) {
      this.touched = true;
      return;
    }
    this.pinsMs = nowMs;
    this.pins.value = gatherPins(this.session.room.findings.peek(), frame);
    const now = this.session.chat.momentsOf(this.session.room.epoch.peek()).filter((each) => each.now);
    // Where they begin, as they say themselves; the end of one that goes on has not come yet.
    const moments = gatherPins(now.reverse(), frame, (moment) => moment.start_seconds);
    if (moments.length > 0 || this.momentPins.peek().length > 0) this.momentPins.value = moments;
  }
}

/** Wheel and drag on the box, keys on the canvas. */
function useSteering(painter, view) {
  const box = useRef(null);
  useEffect(() => {
    const element = box.current;
    const secondsPerPixel = () => (view.end - view.start) / element.clientWidth;
    const at = (event) => view.start + (event.clientX - element.getBoundingClientRect().left) * secondsPerPixel();
    const wheel = (event) => {
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX * secondsPerPixel(), painter.now());
      else view.zoom(Math.exp(event.deltaY * WHEEL_ZOOM), at(event), painter.now());
      painter.touch();
    };
    const touches = new Map();
    const down = (event) => {
      if (event.target.closest("button, article")) return;
      touches.set(event.pointerId, event.clientX);
      element.setPointerCapture(event.pointerId);
    };
    const move = (event) => {
      if (!touches.has(event.pointerId)) return;
      const others = [...touches].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
      const before = touches.get(event.pointerId);
      if (others.length > 0) {
        const ratio = Math.abs(before - others[0]) / Math.max(8, Math.abs(event.clientX - others[0]));
        view.zoom(ratio, at({ clientX: (event.clientX + others[0]) / 2 }), painter.now());
      } else view.pan((before - event.clientX) * secondsPerPixel(), painter.now());
      touches.set(event.pointerId, event.clientX);
      painter.touch();
    };
    const up = (event) => touches.delete(event.pointerId);
    const whole = (event) => {
      if (event.target.closest("button, article")) return;
      view.show(null);
      painter.touch();
    };
    const handlers = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, dblclick: whole };
    element.addEventListener("wheel", wheel, { passive: false });
    for (const [name, handler] of Object.entries(handlers)) element.addEventListener(name, handler);
    return () => {
      element.removeEventListener("wheel", wheel);
      for (const [name, handler] of Object.entries(handlers)) element.removeEventListener(name, handler);
    };
  }, [painter]);
  const key = (event) => {
    const width = view.end - view.start;
    const steps = {
      ArrowLeft: () => view.pan(-width * KEY_PAN, painter.now()),
      ArrowRight: () => view.pan(width * KEY_PAN, painter.now()),
      "+": () => view.zoom(0.7, (view.start + view.end) / 2, painter.now()),
      "-": () => view.zoom(1 / 0.7, (view.start + view.end) / 2, painter.now()),
      Home: () => view.show(null),
      End: () => view.show(view.span),
    };
    if (steps[event.key] === undefined) return;
    event.preventDefault();
    steps[event.key]();
    painter.touch();
  };
  return { box, key };
}
