// Blackout while it is held: said again each second, and over at once when the hand, the window or the
// page lets go. Should even that not get through, the server ends it by itself after three seconds.

import { signal } from "../shared/view.js";

const AGAIN_MS = 1_000;

export class Blackout {
  /** @param {{say: (held: boolean) => Promise, failed: Function}} line */
  constructor({ say, failed }) {
    this.say = say;
    this.failed = failed;
    this.held = signal(false);
    this.timer = 0;
    this.said = Promise.resolve();
    const release = () => this.release();
    addEventListener("blur", release);
    addEventListener("pagehide", release);
    document.addEventListener("visibilitychange", release);
  }

  press() {
    if (this.held.peek()) return;
    this.held.value = true;
    this.tell(true);
    this.timer = setInterval(() => this.tell(true), AGAIN_MS);
  }

  release() {
    if (!this.held.peek()) return;
    this.held.value = false;
    clearInterval(this.timer);
    this.tell(false);
  }

  /** In order: an end must never overtake what it ends. An end does not wait while the page is left. */
  tell(held) {
    const leaving = !held && document.visibilityState === "hidden";
    const before = leaving ? Promise.resolve() : this.said;
    this.said = before.then(() => (held && !this.held.peek() ? undefined : this.say(held))).catch((error) => this.failed(error));
  }
}
