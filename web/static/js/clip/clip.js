// A clip: what the server knows of it, and its player.

import { signal } from "../shared/view.js";
import { ClipPlayer } from "./player.js";

const NOT_FOUND = 404;

export class Clip {
  constructor(id) {
    this.id = id;
    this.facts = signal(null); // the members of /api/clips/{id}
    this.state = signal("loading"); // "loading", "ready", "failed"
    this.player = new ClipPlayer(this.soundAddress);
  }

  get soundAddress() {
    return `/clips/${this.id}.ogg`;
  }

  async load() {
    this.state.value = "loading";
    try {
      const response = await fetch(`/api/clips/${this.id}`);
      if (response.status === NOT_FOUND) {
        location.reload(); // deleted since the page was asked for: the server says so in words
        return;
      }
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const facts = await response.json();
      this.player.length = facts.end_seconds - facts.start_seconds;
      this.facts.value = facts;
      this.state.value = "ready";
    } catch {
      this.state.value = "failed";
    }
  }

  diagnostics() {
    const { audio, playing, trouble } = this.player;
    return {
      state: this.state.peek(), playing: playing.peek(), trouble: trouble.peek(),
      position: audio.currentTime, duration: audio.duration, buffered: audio.buffered.length,
      volume: audio.volume, muted: audio.muted,
    };
  }
}

/** Which entry of the course speaks of a place in the clip, in seconds; -1 where none does. */
export function courseIndex({ course, start_seconds: start }, position) {
  const seconds = start + position;
  let found = -1;
  for (const [at, time] of course.time_seconds.entries()) {
    if (time <= seconds) found = at;
  }
  return found;
}

/** Whether any window of the clip had a score. */
export function isJudged({ course }) {
  return course.overall.some((value) => value !== null);
}
