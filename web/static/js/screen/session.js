// The screen's engine: one room, its pictures, its sound if asked for. It never gives up and never says why.

import { RoomConnection } from "../wire/connection.js";
import { KIND } from "../wire/frames.js";
import { Room } from "../wire/room.js";
import { Listener } from "../audio/listener.js";
import { effect } from "../shared/view.js";
import { reducedMotion } from "../shared/theme.js";
import { Pictures } from "../visuals/pictures.js";
import { Visuals } from "../visuals/visuals.js";

const REFUSED_MS = 30_000; // a room that shut the door is asked again
const SOUND_MS = 5_000; // where the browser does not let the sound begin yet

export class ScreenSession {
  constructor(slug, wishes) {
    this.wishes = wishes;
    this.room = new Room(slug);
    this.listener = wishes.sound ? new Listener(this.room.liveEdge) : null;
    if (this.listener !== null) this.listener.player.offsetMs = wishes.offsetMs;
    this.connection = new RoomConnection(slug, {
      onEvent: (event) => this.event(event),
      onMedia: (frame) => this.media(frame),
      sound: this.listener !== null,
    });
    this.pictures = new Pictures(this.connection, this.room, {
      wanted: () => this.allowed(),
      heard: () => this.listener?.heard() ?? null,
      offsetMs: wishes.offsetMs,
      grain: wishes.grain,
    });
    this.visuals = new Visuals(this.pictures);
    this.pictures.visuals = this.visuals;
    effect(() => this.room.show.value !== null && this.pictures.follow());
    effect(() => this.connection.link.value.is === "refused" && setTimeout(() => this.connection.retry(), REFUSED_MS));
  }

  open() {
    this.connection.open();
    const step = (now) => {
      requestAnimationFrame(step);
      this.room.release(null);
      this.visuals.draw(now);
    };
    requestAnimationFrame(step);
    if (this.listener !== null) this.sound();
  }

  /** Where the machine asks for less motion, calm pictures alone, unless the address says otherwise. */
  allowed() {
    return !reducedMotion.matches || this.wishes.motion || this.room.show.peek()?.settings.calm === true;
  }

  /** OBS lets sound begin by itself; a browser may wait for a tap or a key. */
  sound() {
    const { player } = this.listener;
    // Not every event that is named after a tap counts as one.
    for (const sign of ["pointerdown", "pointerup", "keydown"]) addEventListener(sign, () => player.start());
    setInterval(() => player.state.peek() === "failed" && player.start(), SOUND_MS);
    player.start();
  }

  event(event) {
    this.room.accept(event, null);
    if (event.t === "hello") this.pictures.greeted();
  }

  media(frame) {
    if (frame.kind === KIND.VIDEO || frame.kind === KIND.JPEG) this.pictures.take(frame);
    else this.listener?.take(frame);
  }

  diagnostics() {
    return {
      link: this.connection.link.peek().is,
      opened: this.connection.opened,
      epoch: this.room.epoch.peek(),
      phase: this.room.phase.peek(),
      sound: this.listener?.player.state.peek() ?? null,
      heardSeconds: this.listener?.heardSeconds ?? null,
      visuals: this.pictures.diagnostics(),
    };
  }
}
