// One room's chat as this page holds it: the crowd, its emotes, what is being written, what was read.

import { computed, effect, signal } from "../shared/view.js";
import { Emotes } from "./emotes.js";

/** Which message one has read up to, where that one may have been taken away: the last before it that is left. */
export function readUpTo(id, before, after) {
  const left = new Set(after.map((each) => each.id));
  return before.slice(0, before.findIndex((each) => each.id === id) + 1).findLast((each) => left.has(each.id))?.id ?? id;
}

const ABOVE = { dj: 2, moderator: 1, viewer: 0 };

export class Chat {
  constructor(crowd) {
    this.crowd = crowd;
    this.emotes = new Emotes(crowd.slug);
    this.moderation = null; // fetched with the first deed: few people are moderators
    this.draft = signal("");
    this.reply = signal(null); // {message, name, text}
    this.renaming = signal(false);
    this.readId = signal(null); // the last message that somebody has seen
    this.before = [];
    effect(() => {
      const messages = crowd.messages.value;
      this.readId.value = readUpTo(this.readId.peek(), this.before, messages);
      this.before = messages;
    });
    this.unread = computed(() => this.countUnread());
    this.loaded = false;
  }

  /** What comes over HTTP; once, when the chat is first shown. */
  load() {
    if (this.loaded) return;
    this.loaded = true;
    this.emotes.load();
    this.crowd.loadMoments();
  }

  /** Moments that hold, newest first; those of the set `epoch` before those of earlier ones. */
  momentsOf(epoch) {
    return [...this.crowd.moments.peek().values()].filter((each) => each.status !== "withdrawn")
      .map((each, heard) => ({ ...each, heard, now: each.epoch === epoch }))
      .sort((one, other) => other.now - one.now || (one.epoch === other.epoch ? other.start_seconds - one.start_seconds : other.heard - one.heard));
  }

  /** Do something as a moderator. */
  async act(deed) {
    if (this.moderation === null) {
      const { Moderation } = await import("../wire/moderation.js");
      this.moderation = new Moderation(this.crowd.slug, () => this.crowd.credential());
    }
    return this.moderation.act(deed);
  }

  countUnread() {
    const messages = this.crowd.messages.value;
    const at = messages.findLastIndex((each) => each.id === this.readId.value);
    return messages.length - 1 - at;
  }

  /** Somebody looks at the newest message. */
  read() {
    this.readId.value = this.crowd.messages.peek().at(-1)?.id ?? null;
  }

  answer({ id, name, text }) {
    this.reply.value = { message: id, name, text };
  }

  say() {
    const text = this.draft.peek().replace(/\s+/g, " ").trim();
    if (text === "") return;
    this.crowd.say(text, this.reply.peek());
    this.draft.value = "";
    this.reply.value = null;
  }

  /** What this person may do about a message. */
  powersOver({ user, role }) {
    const me = this.crowd.me.peek();
    const rank = ABOVE[me?.role] ?? 0;
    return { remove: rank > 0, silence: rank > ABOVE[role] && user !== me.user };
  }
}
