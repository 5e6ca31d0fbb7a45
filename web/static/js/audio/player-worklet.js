// The audio thread's side of the player: plays a MediaRing, reports twenty times a second.

import { MediaRing, SAMPLE_RATE_HZ } from "./ring.js";

const REPORT_SECONDS = 0.05;

class RingPlayer extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ring = new MediaRing();
    this.reportAt = 0;
    this.port.onmessage = ({ data }) => {
      if (data === "clear") this.ring.clear();
      else this.ring.write(data.start, data.left, data.right);
    };
  }

  process(inputs, [[left, right]]) {
    const time = currentTime;
    const position = this.ring.position;
    this.ring.read(left, right ?? left, SAMPLE_RATE_HZ / sampleRate);
    if (time >= this.reportAt) {
      this.reportAt = time + REPORT_SECONDS;
      this.port.postMessage({ ...this.ring.report(), position, time });
    }
    return true;
  }
}

registerProcessor("ring-player", RingPlayer);
