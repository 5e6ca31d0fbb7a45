// Plays a clip. The browser fetches and decodes it; the controls are ours.

import { signal } from "../shared/view.js";
import { recall, remember } from "../shared/memory.js";

const TYPE = "audio/ogg; codecs=opus";
const DEFAULT_VOLUME = "0.8"; // as in the rooms, which keep theirs under the same name

export class ClipPlayer {
  constructor(address) {
    this.length = 0; // seconds, by the server: known before the sound is
    this.audio = new Audio();
    this.playing = signal(false);
    this.ended = signal(false);
    this.position = signal(0); // a few times a second, for words; pictures ask `now`
    this.volume = signal(Number(recall("volume", DEFAULT_VOLUME)));
    this.muted = signal(false);
    this.trouble = signal(null); // "unplayable", "broken", "refused"
    this.audio.volume = this.volume.peek() ** 2; // as loud as the rooms at the same place
    this.audio.preload = "metadata";
    this.listen();
    if (this.audio.canPlayType(TYPE) === "") this.trouble.value = "unplayable";
    else this.audio.src = address;
  }

  /** Where the clip stands this very moment, in seconds. */
  get now() {
    return Math.min(this.audio.currentTime, this.length || Infinity);
  }

  listen() {
    const { audio } = this;
    const moved = () => { this.position.value = this.now; };
    for (const name of ["timeupdate", "seeked", "ended"]) audio.addEventListener(name, moved);
    audio.addEventListener("play", () => {
      this.playing.value = true;
      this.ended.value = false;
    });
    audio.addEventListener("pause", () => { this.playing.value = false; });
    audio.addEventListener("seeking", () => { this.ended.value = false; });
    audio.addEventListener("ended", () => {
      this.playing.value = false;
      this.ended.value = true;
    });
    audio.addEventListener("error", () => {
      this.playing.value = false;
      this.trouble.value = "broken"; // browsers do not tell a lost line from a file they cannot read
    });
  }

  async toggle() {
    if (this.trouble.peek() === "unplayable") return;
    if (!this.audio.paused) {
      this.audio.pause();
      return;
    }
    if (this.trouble.peek() === "broken") this.audio.load();
    this.trouble.value = null;
    try {
      await this.audio.play();
    } catch (error) {
      // Paused before it began is no trouble; a browser that wants another tap is.
      if (error.name === "NotAllowedError") this.trouble.value = "refused";
    }
  }

  seek(seconds) {
    if (this.trouble.peek() === "unplayable") return;
    this.audio.currentTime = Math.max(0, Math.min(seconds, this.length));
    this.position.value = this.now;
  }

  setVolume(volume) {
    this.audio.volume = volume ** 2;
    this.volume.value = volume;
    this.setMuted(false);
    remember("volume", String(volume));
  }

  setMuted(muted) {
    this.audio.muted = muted;
    this.muted.value = muted;
  }
}
