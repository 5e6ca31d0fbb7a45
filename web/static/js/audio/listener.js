// The sound of a room: packets in, the loudspeaker out, and the sample that is heard now.

import { signal } from "../shared/view.js";
import { FLAG, KIND } from "../wire/frames.js";
import { makeDecoder } from "./opus.js";
import { SoundPlayer } from "./player.js";
import { SAMPLE_RATE_HZ } from "./ring.js";

const WAITING_PACKETS = 250; // kept while the decoder is being made

export class Listener {
  /**
   * @param {object} liveEdge is told what arrives
   * @param {{only?: string, onPcm?: Function}} more which decoder; who hears along
   */
  constructor(liveEdge, { only = null, onPcm = null } = {}) {
    this.liveEdge = liveEdge;
    this.onPcm = onPcm;
    this.player = new SoundPlayer();
    this.decoder = null;
    this.canDecode = signal(null); // null while that is found out
    this.waiting = [];
    this.packets = 0;
    this.prepare(only);
  }

  async prepare(only) {
    try {
      this.decoder = await makeDecoder((...pcm) => this.pcm(...pcm), { only });
      this.canDecode.value = true;
      this.waiting.forEach((frame) => this.take(frame));
    } catch (error) {
      console.warn("This browser cannot decode the sound:", error);
      this.canDecode.value = false;
    }
    this.waiting = [];
  }

  take(frame) {
    if (frame.kind !== KIND.OPUS) return;
    if (this.decoder === null) {
      if (this.canDecode.peek() === null && this.waiting.length < WAITING_PACKETS) this.waiting.push(frame);
      return;
    }
    this.packets += 1;
    // Late ones, too: on a slow line nothing else may come.
    this.liveEdge.saw(frame.ptsMicroseconds);
    if ((frame.flags & FLAG.CONFIGURATION) !== 0) this.decoder.reset();
    const start = Math.round(frame.ptsMicroseconds * SAMPLE_RATE_HZ / 1e6);
    this.decoder.decode(start, frame.payload);
  }

  pcm(start, left, right) {
    this.onPcm?.(start, left, right);
    this.player.push(start, left, right);
  }

  /** The sample that is heard now; null while the sound is off. */
  heard() {
    return this.player.heardSample();
  }

  get heardSeconds() {
    const sample = this.heard();
    return sample === null ? null : sample / SAMPLE_RATE_HZ;
  }
}
