// What one said oneself and nobody else sees yet: on its way, before a moderator, or refused.
//
// A message leaves with a key of its own and is sent again with the same key until the server has said
// what became of it; the server lets each key through once. What is held or appealed is asked after the
// same way when the line comes back, for its fate may have been decided meanwhile.

import { signal } from "../shared/view.js";
import { randomHex } from "./visitor.js";

const KEY_BYTES = 12;
const ITEMS_MOST = 20;
const ANSWER_MS = 8_000; // then it is sent again
const ASK_MS = 30_000; // how often it is asked what became of an appeal: nobody tells by themselves
const WAITS = new Set(["held", "appealed"]);
const LATER = new Set(["busy", "not_joined"]); // refusals that say nothing about the message

export class Outbox {
  /**
   * @param {{send: Function, now?: Function}} line `send(type, d)` returns whether there was a line
   */
  constructor({ send, now = () => performance.now() }) {
    this.send = send;
    this.now = now;
    // {key, text, reply, is: "sending"|"sent"|"held"|"refused", message, code, untilMs, mayAppeal, appealed, sentMs}
    this.items = signal([]);
  }

  say(text, reply) {
    const item = {
      key: randomHex(KEY_BYTES), text, reply, is: "sending", message: null, code: null, untilMs: null,
      mayAppeal: false, appealed: false, sentMs: -Infinity,
    };
    this.items.value = [...this.items.peek(), item].slice(-ITEMS_MOST);
    this.post(item);
    return item.key;
  }

  post(item) {
    const sent = this.send("say", { key: item.key, text: item.text, reply_to: item.reply?.message ?? null });
    if (sent) item.sentMs = this.now();
  }

  find(key) {
    return this.items.peek().find((each) => each.key === key);
  }

  change(key, changes) {
    this.items.value = this.items.peek().map((each) => (each.key === key ? { ...each, ...changes } : each));
  }

  drop(key) {
    this.items.value = this.items.peek().filter((each) => each.key !== key);
  }

  /** Joined, perhaps again: ask what became of everything whose end is open. */
  joined() {
    this.items.value = this.items.peek().filter((each) => each.is !== "sent");
    for (const item of this.items.peek()) if (open(item)) this.post(item);
  }

  /** Send again what nobody answered, and ask after appeals. */
  tick() {
    const now = this.now();
    for (const item of this.items.peek()) {
      const due = item.untilMs === null ? now - item.sentMs > ANSWER_MS : item.untilMs <= now;
      if (item.is === "sending" && due) {
        item.untilMs = null;
        this.post(item);
      } else if (item.is === "held" && item.appealed && now - item.sentMs > ASK_MS) this.post(item);
    }
  }

  said({ key, action, message, code, retry_after_seconds: wait, may_appeal: mayAppeal }, isShown) {
    const item = this.find(key);
    if (item === undefined) return;
    const untilMs = wait === null || wait === undefined ? null : this.now() + wait * 1000;
    if (action === "allow") {
      if (message === null || isShown(message)) this.drop(key);
      else this.change(key, { is: "sent", message, code: null });
    } else if (action === "hold" || WAITS.has(code)) this.change(key, { is: "held", message, code, mayAppeal: false });
    else this.change(key, { is: "refused", message: null, code, untilMs, mayAppeal, appealed: false });
  }

  /** The server would not even look at it. */
  refused({ of, key, code, retry_after_seconds: wait }) {
    const item = this.find(key);
    if (item === undefined) return;
    const untilMs = this.now() + (wait ?? 2) * 1000;
    if (of === "appeal") this.change(key, { is: "refused", appealed: false, mayAppeal: false, code: item.code });
    else if (LATER.has(code)) this.change(key, { untilMs });
    else this.change(key, { is: "refused", code, untilMs: wait == null ? null : untilMs });
  }

  appeal(key) {
    if (this.send("appeal", { key })) this.change(key, { is: "held", appealed: true, mayAppeal: false, sentMs: this.now() });
  }

  /** Say a refused message once more, as a new one. */
  again(key) {
    const item = this.find(key);
    this.drop(key);
    return this.say(item.text, item.reply);
  }

  /** Messages that everybody sees now. */
  shown(messages) {
    const ids = new Set(messages.map((each) => each.id));
    if (this.items.peek().some((each) => ids.has(each.message))) {
      this.items.value = this.items.peek().filter((each) => !ids.has(each.message));
    }
  }

  /** One's own message came through that was not expected: an appeal was granted. */
  askAfterAppeals() {
    for (const item of this.items.peek()) if (item.appealed) this.post(item);
  }

  /** One's own message was taken away again: say so, once. */
  taken({ id, text }, code) {
    const item = {
      key: id, text, reply: null, is: "refused", message: null, code, untilMs: null, mayAppeal: false,
      appealed: false, sentMs: 0,
    };
    this.items.value = [...this.items.peek(), item].slice(-ITEMS_MOST);
  }

  /** Messages that nobody will see: what was held of them is refused now. */
  removed(ids, code) {
    for (const item of this.items.peek()) {
      if (item.is === "held" && ids.has(item.message)) this.change(item.key, { is: "refused", code, mayAppeal: false });
    }
  }
}

const open = (item) => item.is === "sending" || item.is === "held";
