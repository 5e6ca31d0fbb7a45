// A set that waits for its DJ: the studio was reloaded on air and the server still keeps the set.
//
// The tab remembers which room it played in and when it left. While the server says that the room is
// neither ended nor forgotten, `secondsLeft` counts down what is left of the usual grace.

import { signal } from "../shared/view.js";
import { recall, remember } from "../shared/memory.js";

const NAME = "left-on-air";
const GRACE_SECONDS = 30; // the server's own unless its operator chose another
const ASK_EVERY_MS = 2_000;
const COUNT_EVERY_MS = 500;
const TAB = { tab: true };

export class WaitingSet {
  constructor() {
    this.secondsLeft = signal(null); // null while no set waits
    this.timer = 0;
    const [slug, leftAtMs] = recall(NAME, "", TAB).split(" ");
    if (slug && this.left(Number(leftAtMs)) > 0) this.watch(slug, Number(leftAtMs));
    else this.forget();
  }

  keep(slug) {
    if (slug) remember(NAME, `${slug} ${Date.now()}`, TAB);
  }

  forget() {
    clearInterval(this.timer);
    this.timer = 0;
    this.secondsLeft.value = null;
    remember(NAME, null, TAB);
  }

  left(leftAtMs) {
    return Math.ceil(GRACE_SECONDS - (Date.now() - leftAtMs) / 1000);
  }

  watch(slug, leftAtMs) {
    let askedAtMs = -Infinity;
    let waits = false;
    this.timer = setInterval(async () => {
      const left = this.left(leftAtMs);
      if (left <= 0) return this.forget();
      this.secondsLeft.value = waits ? left : null;
      if (performance.now() - askedAtMs < ASK_EVERY_MS) return undefined;
      askedAtMs = performance.now();
      waits = await stillOpen(slug);
      return undefined;
    }, COUNT_EVERY_MS);
  }
}

async function stillOpen(slug) {
  try {
    const response = await fetch(`/api/rooms/${encodeURIComponent(slug)}`, { signal: AbortSignal.timeout(ASK_EVERY_MS) });
    return response.ok && (await response.json()).phase !== "ended";
  } catch {
    return false; // no promise that cannot be checked
  }
}
