// The room's pictures, drawn when their moment is heard.
//
// With sound the ear is the clock: the newest picture whose moment has left the loudspeaker. What is
// drawn now is seen one refresh later, so the picture is chosen for that moment. Without sound the
// pictures' own steady clock stands in.

import { computed, effect, signal } from "../shared/view.js";
import { KIND, FLAG } from "../wire/frames.js";
import { SAMPLE_RATE_HZ } from "../audio/ring.js";
import { JpegDecoder, Vp9Decoder } from "./decoders.js";
import { Painter } from "./paint.js";
import { PictureQueue } from "./queue.js";
import { SteadyClock } from "./steady-clock.js";

const STALE_US = 3e6; // a picture older than this stands for nothing any more
const STOPPED_US = 4e5; // the same, once the server said that no more come
const BACK_US = 10e6; // the media clock went back by more: it is another set's
const FADE_US = 15e4; // the pictures' own way out of black
const REFRESH_MOST_MS = 34;
const DRAWN_KEPT = 64;
const USUAL_CODEC = "vp09.00.10.08";
const PLAYING = new Set(["live", "stalled", "resuming"]);

export class Visuals {
  constructor(pictures) {
    const { heard, offsetMs = 0, grain = true } = pictures.wishes;
    this.pictures = pictures;
    this.room = pictures.room;
    this.heard = heard;
    this.offsetMs = offsetMs;
    this.grain = grain;
    this.clock = new SteadyClock();
    this.queue = null;
    this.painter = null;
    this.on = signal(false); // whether there is a picture to see
    this.playing = computed(() => PLAYING.has(this.room.phase.value));
    this.black = signal(false); // whether the page itself blacks out
    this.newestUs = null; // received
    this.refreshMs = 16;
    this.lastMs = null;
    this.drawn = []; // the latest, for diagnostics
    this.lastEpoch = this.room.epoch.peek();
    effect(() => this.meet(this.room.epoch.value));
    effect(() => this.blackOut(this.room.show.value));
  }

  /** At once into black; out of it with the pictures, whose own blackout comes later (`lift`). */
  blackOut(show) {
    if (show === null) this.black.value = false;
    else if (show.blackout) this.black.value = true;
  }

  lift(atUs) {
    if (!this.black.peek() || this.room.show.peek()?.blackout) return;
    if (atUs === null || atUs >= this.room.showPts + FADE_US) this.black.value = false;
  }

  meet(epoch) {
    if (epoch !== this.lastEpoch) this.restart({ forget: true });
    this.lastEpoch = epoch;
  }

  /** Draw on `canvas` from now on; null for nowhere. */
  attach(canvas) {
    this.painter = canvas && new Painter(canvas, { grain: this.grain });
  }

  take(frame) {
    const format = { [KIND.VIDEO]: "vp9", [KIND.JPEG]: "jpeg" }[frame.kind];
    if (format !== this.pictures.format) return; // of a line that is about to be replaced
    const { ptsMicroseconds: pts } = frame;
    if (this.newestUs !== null && pts < this.newestUs - BACK_US) this.restart({ forget: true });
    this.newestUs = pts;
    if ((frame.flags & FLAG.CATCH_UP) === 0) this.clock.saw(pts, performance.now());
    if (this.queue?.decoder.format !== format) this.begin(format);
    this.queue.take(frame);
  }

  begin(format) {
    this.queue?.close();
    const onGiveUp = () => this.pictures.giveUp();
    const codec = this.room.tracks.find((each) => each.kind === KIND.VIDEO)?.codec ?? USUAL_CODEC;
    this.queue = new PictureQueue(format === "vp9" ? new Vp9Decoder({ codec, onGiveUp }) : new JpegDecoder());
  }

  restart({ forget = false } = {}) {
    this.queue?.restart({ forget });
    if (!forget) return;
    this.clock.reset();
    this.newestUs = null;
    this.on.value = false;
  }

  /** Microseconds of the media clock that the eye should see now, null while nothing says so. */
  position(nowMs) {
    const sample = this.heard();
    if (sample !== null) return sample / SAMPLE_RATE_HZ * 1e6;
    const steady = this.clock.position(nowMs);
    return steady === null ? null : steady - this.offsetMs * 1000;
  }

  /** Draw what is due; returns whether there is a picture to see. */
  draw(nowMs) {
    if (this.lastMs !== null) this.refreshMs += (Math.min(REFRESH_MOST_MS, nowMs - this.lastMs) - this.refreshMs) / 16;
    this.lastMs = nowMs;
    const at = this.position(performance.now());
    this.lift(at);
    if (this.queue === null || this.painter === null || at === null) return false;
    const { picture, fresh } = this.queue.newest(at + this.refreshMs * 1000);
    const stale = this.room.show.peek()?.running === false ? STOPPED_US : STALE_US;
    const on = picture !== null && at - picture.pts < stale;
    if (this.on.peek() !== on) this.on.value = on;
    if (on && this.painter.paint(picture, fresh, nowMs) && fresh) this.note(picture, at);
    return on;
  }

  note(picture, atUs) {
    this.drawn.push({ pts: picture.pts, positionUs: atUs, atMs: performance.now() });
    if (this.drawn.length > DRAWN_KEPT) this.drawn.shift();
  }

  /** How long after its moment a picture was drawn, in the middle; below 0: before. */
  get latenessMs() {
    if (this.drawn.length === 0) return null;
    const sorted = this.drawn.map(({ pts, positionUs }) => positionUs - pts).sort((one, other) => one - other);
    return sorted[sorted.length >> 1] / 1000;
  }

  diagnostics() {
    const { queue } = this;
    return {
      format: queue?.decoder.format ?? null,
      on: this.on.peek(),
      ...queue?.counts,
      failed: queue?.decoder.failed ?? 0,
      waiting: queue?.pending.length ?? 0,
      held: queue === null ? 0 : queue.ready.length + (queue.shown === null ? 0 : 1),
      width: queue?.shown?.width ?? 0,
      height: queue?.shown?.height ?? 0,
      latenessMs: this.latenessMs,
      drawn: [...this.drawn],
    };
  }
}
