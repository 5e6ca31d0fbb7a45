// The picture of a clip, which is also where one seeks, and the scores under its playhead.

import { html, useEffect, useFrames, useMemo, useRef, useSignal } from "../shared/view.js";
import { number, t } from "../shared/i18n.js";
import { COMPONENTS, ComponentShape } from "../shared/icons.js";
import { onColours } from "../shared/theme.js";
import { courseIndex, isJudged } from "./clip.js";
import { Frame, paintClip } from "./paint.js";

export function Picture({ facts, player }) {
  const canvas = useRef(null);
  const painter = useMemo(() => new Painter(facts, player), [facts, player]);
  painter.label = t(`clip.name.${facts.moment.code}`, {}, t("clip.name.other"));
  painter.touch(); // words may have changed
  useFrames(() => painter.draw(canvas.current), [painter]);
  useEffect(() => onColours(() => painter.touch()), [painter]);
  const seek = (event) => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    if (event.type === "pointerdown") event.currentTarget.setPointerCapture(event.pointerId);
    player.seek(painter.secondsAt(event.clientX - event.currentTarget.getBoundingClientRect().left));
  };
  return html`
    <canvas ref=${canvas} class="clip-canvas" role="img" aria-label=${t("clip.picture")}
      onPointerDown=${seek} onPointerMove=${seek}></canvas>`;
}

/** Draws when something changed, and at no other time. */
class Painter {
  constructor(facts, player) {
    this.facts = facts;
    this.player = player;
    this.label = "";
    this.drawn = "";
    this.frame = null;
  }

  touch() {
    this.drawn = "";
  }

  secondsAt(x) {
    return this.frame?.seconds(x) ?? 0;
  }

  draw(canvas) {
    if (canvas === null) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const position = this.player.now;
    const density = devicePixelRatio;
    const state = [width, height, position, density].join(" ");
    if (state === this.drawn || width === 0) return;
    this.drawn = state;
    this.frame = new Frame(width, height, this.player.length, isJudged(this.facts));
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext("2d");
    context.scale(density, density);
    paintClip(context, this.frame, this.facts, {
      position, index: courseIndex(this.facts, position), label: this.label,
    });
  }
}

/** What each component stood at where the clip is: a name, its shape, a number. */
export function ScoresHere({ facts, player }) {
  const position = useSignal(player.position);
  const index = courseIndex(facts, position);
  if (!isJudged(facts)) {
    return html`<p class="quiet clip-here">${t("clip.no_course")}</p>`;
  }
  return html`
    <dl class="clip-here" aria-label=${t("clip.legend")}>
      ${COMPONENTS.map((component) => {
        const value = index < 0 ? null : facts.course.components[component][index];
        return html`
          <div key=${component} class=${`is-${component}`}>
            <dt><${ComponentShape} component=${component} />${t(`component.${component}`)}</dt>
            <dd class="figure">${value === null ? t("clip.unknown") : number(value, 1)}</dd>
          </div>`;
      })}
    </dl>`;
}
