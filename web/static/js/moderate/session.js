// The moderation page's engine: a pass, the queue as it changes, and what was decided.
//
// The WebSocket tells at once what waits; decisions come over HTTP, as does the queue while the WebSocket
// is away.

import { effect, signal } from "../shared/view.js";
import { Emotes } from "../chat/emotes.js";
import { RoomConnection } from "../wire/connection.js";
import { Crowd } from "../wire/crowd.js";
import { Moderation } from "../wire/moderation.js";
import { keepPass, onPass, passOf } from "../wire/pass.js";

const READ_MS = 15_000;
const ALONE_READ_MS = 4_000; // without a WebSocket
const SOON_MS = 300; // what was decided elsewhere, after the queue changed
const DJ_KEY = "djuv"; // how a stream key begins, as against a pass; the server decides

export class ModerationSession {
  constructor(room) {
    this.room = room;
    this.pass = signal(passOf(room));
    this.state = signal(this.pass.peek() === null ? "no_pass" : "asking"); // no_pass, asking, refused, open, unreachable
    this.refusal = signal(null); // code
    this.fault = signal(null); // the error of the last reading
    this.waiting = signal([]);
    this.decisions = signal([]);
    this.rules = signal(null);
    this.edited = null; // {base, form}: rules that were changed and are not saved, while another part is looked at
    this.moderators = signal(null); // null where this pass may not ask
    this.busy = signal(new Set()); // messages on which a deed is under way
    this.api = new Moderation(room, () => this.pass.peek());
    this.crowd = new Crowd(room, { credential: () => this.pass.peek(), speaks: true });
    this.connection = new RoomConnection(room, { onEvent() {}, crowd: this.crowd });
    this.emotes = new Emotes(room);
    this.timer = 0;
    this.reading = null;
    this.acted = 0; // deeds tried: what was read before one says nothing of what it found
    onPass(room, (pass) => this.present(pass));
    document.addEventListener("visibilitychange", () => this.read());
    addEventListener("online", () => this.read());
    effect(() => this.hearQueue(this.crowd.queue.value));
    effect(() => this.crowd.rules.value !== null && this.rules.peek() !== null && this.readSoon(SOON_MS)); // the wire tells no words
  }

  open() {
    if (this.pass.peek() === null) return;
    this.connection.open();
    this.emotes.load();
    this.read();
    this.readModerators();
  }

  /** Try another pass. */
  present(pass) {
    const before = this.pass.peek();
    keepPass(this.room, pass);
    this.pass.value = pass;
    this.refusal.value = null;
    this.state.value = "asking";
    this.moderators.value = null;
    if (before !== null) this.crowd.presentPass();
    if (before === null || this.connection.link.peek().is === "closed") this.open();
    else {
      this.read();
      this.readModerators();
    }
  }

  hearQueue(waiting) {
    if (waiting === null) return;
    this.waiting.value = waiting;
    this.readSoon(SOON_MS);
  }

  readSoon(afterMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), afterMs);
  }

  /** Read everything; one reading at a time. */
  read() {
    if (document.visibilityState === "hidden" || ["no_pass", "refused"].includes(this.state.peek())) return undefined;
    this.reading ??= this.readNow().finally(() => { this.reading = null; });
    return this.reading;
  }

  async readNow() {
    clearTimeout(this.timer);
    try {
      const { waiting, decisions, rules } = await this.readFresh();
      this.waiting.value = waiting;
      this.decisions.value = decisions;
      this.rules.value = rules;
      this.state.value = "open";
      this.fault.value = null;
    } catch (error) {
      if (error.isRefusal) {
        this.refuse(error.code);
        return;
      }
      this.fault.value = error;
      this.state.value = "unreachable";
    }
    this.readSoon(this.crowd.queue.peek() === null ? ALONE_READ_MS : READ_MS);
  }

  /** What the server has after all deeds: an answer from before one would show again what was decided. */
  async readFresh() {
    let answer, acted;
    do {
      acted = this.acted;
      answer = await this.api.read();
    } while (acted !== this.acted);
    return answer;
  }

  refuse(code) {
    this.refusal.value = code;
    this.state.value = "refused";
    keepPass(this.room, null);
  }

  /** Decide something; throws `AskingFailed`. */
  async act(deed) {
    if (deed.message !== undefined && this.busy.peek().has(deed.message)) return;
    this.busy.value = new Set(this.busy.peek()).add(deed.message);
    try {
      await this.api.act(deed);
      this.waiting.value = this.waiting.peek().filter((each) => each.message !== deed.message);
    } finally {
      this.acted += 1;
      const busy = new Set(this.busy.peek());
      busy.delete(deed.message);
      this.busy.value = busy;
      this.read();
    }
  }

  async saveRules(rules) {
    await this.api.saveRules(rules);
    this.acted += 1;
    this.rules.value = rules;
    this.read();
  }

  async readModerators() {
    if (!this.pass.peek().startsWith(DJ_KEY)) return;
    try {
      this.moderators.value = await this.api.moderators();
    } catch (error) {
      if (error.isRefusal) this.moderators.value = null; // moderators do not see each other
      else if (this.moderators.peek() === null) setTimeout(() => this.readModerators(), ALONE_READ_MS);
    }
  }

  diagnostics() {
    return {
      state: this.state.peek(), link: this.connection.link.peek().is, live: this.crowd.queue.peek() !== null,
      waiting: this.waiting.peek().length, decisions: this.decisions.peek().length, crowd: this.crowd.diagnostics(),
    };
  }
}
