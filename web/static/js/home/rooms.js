// The list of rooms, asked for again every few seconds while somebody looks at it.

import { signal } from "../shared/view.js";
import { Backoff } from "../wire/backoff.js";

const EVERY_MS = 3_000;

export class Rooms {
  constructor() {
    this.list = signal(null); // null until the first answer
    this.failed = signal(false);
    this.backoff = new Backoff({ firstSeconds: 2, mostSeconds: 30 });
    this.timer = 0;
    this.watch = this.watch.bind(this);
    document.addEventListener("visibilitychange", this.watch);
    addEventListener("online", this.watch);
  }

  async watch() {
    clearTimeout(this.timer);
    if (document.visibilityState === "hidden") return;
    let waitMs = EVERY_MS;
    try {
      const response = await fetch("/api/rooms", { signal: AbortSignal.timeout(8_000) });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      this.list.value = (await response.json()).rooms;
      this.failed.value = false;
      this.backoff.reset();
    } catch {
      this.failed.value = true;
      waitMs = this.backoff.next() * 1000;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(this.watch, waitMs);
  }
}
