// Sound in the listener's ears, and the clock that everything on the page follows.
//
// `heardSample()` says which sample of the media clock is leaving the loudspeaker now: scores, beats
// and the picture are drawn for that moment.

import { signal } from "../shared/view.js";
import { MediaRing, SAMPLE_RATE_HZ } from "./ring.js";

const RAMP_SECONDS = 0.03;
const SCRIPT_BLOCK = 1024;
const BACK_SAMPLES = 10 * SAMPLE_RATE_HZ;

export class SoundPlayer {
  constructor() {
    // "off", "starting", "on" or "failed".
    this.state = signal("off");
    this.report = signal(null);
    this.volume = 1;
    // How much later the ear is than the browser knows (Bluetooth).
    this.offsetMs = 0;
    // Where the sound stands while it has run out.
    this.lastHeard = null;
    this.context = null;
    this.gain = null;
    this.node = null;
  }

  /** Begin to play; call it from a tap or a key, as browsers demand. Without one it waits for the next call. */
  async start() {
    const state = this.state.peek();
    if (state === "starting") this.context?.resume().catch(() => {}); // what waits below goes on
    if (state === "on" || state === "starting") return;
    this.state.value = "starting";
    try {
      if (this.context === null) await this.build();
      await this.context.resume();
      if (this.state.peek() !== "starting") return; // stopped meanwhile
      this.send("clear");
      this.lastHeard = null;
      this.report.value = null;
      this.state.value = "on";
    } catch (error) {
      console.warn("The sound did not start:", error);
      this.state.value = "failed";
    }
  }

  async build() {
    // Else an iPhone's switch for its bell silences this as well.
    if (navigator.audioSession) navigator.audioSession.type = "playback";
    const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ, latencyHint: "balanced" });
    this.gain = new GainNode(context, { gain: this.volume ** 2 });
    this.gain.connect(context.destination);
    this.node = context.audioWorklet === undefined
      ? this.scriptNode(context) : await this.workletNode(context);
    this.node.connect(this.gain);
    this.context = context;
  }

  async workletNode(context) {
    await context.audioWorklet.addModule(new URL("player-worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "ring-player", {
      numberOfInputs: 0, outputChannelCount: [2],
    });
    node.port.onmessage = ({ data }) => { this.report.value = data; };
    this.send = (message, transfer = []) => node.port.postMessage(message, transfer);
    return node;
  }

  /** Browsers give no worklet to plain http away from localhost; this older node they do give. */
  scriptNode(context) {
    const ring = new MediaRing();
    const node = context.createScriptProcessor(SCRIPT_BLOCK, 0, 2);
    node.onaudioprocess = ({ outputBuffer, playbackTime }) => {
      const position = ring.position;
      ring.read(outputBuffer.getChannelData(0), outputBuffer.getChannelData(1),
        SAMPLE_RATE_HZ / context.sampleRate);
      this.report.value = { ...ring.report(), position, time: playbackTime };
    };
    this.send = (message) => {
      if (message === "clear") ring.clear();
      else ring.write(message.start, message.left, message.right);
    };
    return node;
  }

  send() {}

  /** Hand over decoded sound; the arrays are given away. */
  push(start, left, right) {
    if (this.state.peek() !== "on") return;
    // The clock of another set.
    if (start < this.lastHeard - BACK_SAMPLES) this.lastHeard = null;
    this.send({ start, left, right }, [left.buffer, right.buffer]);
  }

  async stop() {
    if (this.context === null) return;
    this.state.value = "off";
    this.report.value = null;
    await this.context.suspend();
  }

  setVolume(volume) {
    this.volume = volume;
    // A straight line of loudness: the ear hears roughly the square of the slider as even steps.
    this.gain?.gain.setTargetAtTime(volume * volume, this.context?.currentTime ?? 0, RAMP_SECONDS);
  }

  /** The sample of the media clock that is heard now: the last one while the sound has run out, null while it is off. */
  heardSample() {
    const report = this.report.peek();
    if (this.state.peek() !== "on") return null;
    if (report === null || report.speed === 0) return this.lastHeard;
    const elapsed = this.heardTime() - report.time;
    this.lastHeard = report.position + (elapsed - this.offsetMs / 1000) * SAMPLE_RATE_HZ * report.speed;
    return this.lastHeard;
  }

  /** The context's time at the loudspeaker. */
  heardTime() {
    const stamp = this.context.getOutputTimestamp?.();
    if (stamp?.contextTime > 0) {
      return stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
    }
    return this.context.currentTime - (this.context.outputLatency || this.context.baseLatency || 0);
  }
}
