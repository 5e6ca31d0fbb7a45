// The VJ page's engine: a pass, the settings as everybody has them, and what goes out.
//
// A change shows at once and is sent; changes made while one is under way go out together after it.
// What somebody else changed comes by the wire and is told.

import { effect, signal } from "../shared/view.js";
import { reducedMotion } from "../shared/theme.js";
import { Pictures, remembered } from "../visuals/pictures.js";
import { Visuals } from "../visuals/visuals.js";
import { RoomConnection } from "../wire/connection.js";
import { KIND } from "../wire/frames.js";
import { keepPass, onPass, passOf } from "../wire/pass.js";
import { Room } from "../wire/room.js";
import { Show } from "../wire/show.js";
import { randomHex } from "../wire/visitor.js";
import { Blackout } from "./blackout.js";

const READ_MS = 15_000; // while nothing comes by the wire
const RETRY_MS = 4_000;
const TOLD = ["enabled", "mode", "scene", "palette", "intensity", "calm", "text", "logo"];

export class VjSession {
  /** @param {string} slug @param {{onFault: Function, onChange: Function}} listener is told what failed, and what others changed */
  constructor(slug, { onFault, onChange }) {
    this.slug = slug;
    this.onFault = onFault;
    this.onChange = onChange;
    this.pass = signal(passOf(slug));
    this.state = signal(this.pass.peek() === null ? "no_pass" : "asking"); // no_pass, asking, refused, none, open, unreachable
    this.refusal = signal(null);
    this.problem = signal(null); // the error for which there are no settings yet
    this.settings = signal(null);
    this.sending = signal(false);
    this.wanted = null; // changes that wait for their turn
    this.underWay = null; // changes that are being sent
    this.lately = {}; // changes of ours whose echo may still come
    this.timer = 0;
    this.api = new Show(slug, () => this.pass.peek());
    this.room = new Room(slug);
    this.connection = new RoomConnection(slug, {
      onEvent: (event) => this.event(event), onMedia: (frame) => this.media(frame), sound: false,
    });
    this.pictures = new Pictures(this.connection, this.room, {
      wanted: () => !reducedMotion.matches || remembered(), // whoever drives the show sees it
      heard: () => null,
    });
    this.visuals = new Visuals(this.pictures);
    this.pictures.visuals = this.visuals;
    const hand = randomHex(16);
    this.blackout = new Blackout({ say: (held) => this.api.blackout(held, hand), failed: (error) => this.failed(error) });
    onPass(slug, (pass) => this.present(pass));
    effect(() => this.hear(this.room.show.value?.settings ?? null));
  }

  open() {
    if (this.pass.peek() === null) return;
    this.connection.open();
    this.read();
  }

  /** Try another pass. */
  present(pass) {
    const first = this.pass.peek() === null || this.state.peek() === "no_pass";
    keepPass(this.slug, pass);
    this.pass.value = pass;
    this.refusal.value = null;
    this.state.value = "asking";
    if (first) this.open();
    else this.read();
  }

  event(event) {
    this.room.accept(event, null);
    if (event.t === "hello") {
      this.pictures.greeted();
      this.readSoon(0); // what was set while the line was away
    }
  }

  media(frame) {
    if (frame.kind === KIND.VIDEO || frame.kind === KIND.JPEG) this.pictures.take(frame);
  }

  readSoon(afterMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), afterMs);
  }

  async read() {
    clearTimeout(this.timer);
    if (["no_pass", "refused", "none"].includes(this.state.peek())) return;
    try {
      const answer = await this.api.read();
      if (this.underWay === null) this.hear(answer.settings);
      this.state.value = "open";
      this.problem.value = null;
      this.readSoon(READ_MS);
    } catch (error) {
      this.fault(error);
    }
  }

  /** Something that was to be done was not. */
  failed(error) {
    this.fault(error);
    if (["open", "unreachable"].includes(this.state.peek())) this.onFault(error);
  }

  fault(error) {
    if (error.isRefusal) {
      this.refusal.value = error.code;
      this.state.value = "refused";
      keepPass(this.slug, null);
    } else if (error.code === "visuals_disabled") {
      this.state.value = "none";
    } else {
      if (error.code === "unreachable") this.state.value = "unreachable";
      this.problem.value = error;
      this.readSoon(this.state.peek() === "open" ? READ_MS : RETRY_MS);
      return;
    }
    this.blackout.release(); // the button goes, and with it the hand
  }

  /** The settings as the server has them; tell what somebody else changed. */
  hear(settings) {
    if (settings === null) return;
    const known = this.settings.peek();
    const ours = { ...this.underWay, ...this.wanted };
    const next = { ...settings, ...ours };
    const others = known === null ? []
      : TOLD.filter((name) => !(name in ours) && !(name in this.lately) && next[name] !== known[name]);
    this.settings.value = next;
    if (others.length > 0) this.onChange(others, next);
  }

  /** Change some settings; at once here, then everywhere. */
  change(changes) {
    if (this.settings.peek() === null) return;
    this.settings.value = { ...this.settings.peek(), ...changes };
    this.wanted = { ...this.wanted, ...changes };
    if (this.underWay === null) this.send();
  }

  async send() {
    this.sending.value = true;
    let failed = false;
    while (this.wanted !== null) {
      this.underWay = this.wanted;
      this.wanted = null;
      this.remember(this.underWay);
      try {
        await this.api.change(this.underWay);
      } catch (error) {
        failed = true;
        if (error.isRefusal) this.wanted = null; // else what was changed meanwhile is yet to be tried
        this.failed(error);
      }
      this.underWay = null;
    }
    this.sending.value = false;
    if (failed) this.readSoon(0);
  }

  /** What we changed ourselves comes back by the wire within a moment, perhaps more than once. */
  remember(changes) {
    this.lately = { ...this.lately, ...changes };
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => { this.lately = {}; }, 2_000);
  }

  /** Put a picture into the overlay, null for none; returns whether that went well. */
  async changeLogo(picture) {
    this.remember({ logo: null });
    try {
      await (picture === null ? this.api.removeLogo() : this.api.putLogo(picture));
      await this.read();
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  diagnostics() {
    return {
      state: this.state.peek(), link: this.connection.link.peek().is, phase: this.room.phase.peek(), settings: this.settings.peek(),
      held: this.blackout.held.peek(), show: this.room.show.peek(), visuals: this.pictures.diagnostics(),
    };
  }
}
