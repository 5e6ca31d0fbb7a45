// Opus packets to PCM: by the browser where it proves that it can, else by libopus in WebAssembly.
//
// "AudioDecoder exists" says little: some browsers list Opus and then decode nothing or one channel.
// So two real packets are decoded first, and what comes out is measured.

import { SAMPLE_RATE_HZ } from "./ring.js";

const PACKET_SAMPLES = 960;
const CONFIGURATION = { codec: "opus", sampleRate: SAMPLE_RATE_HZ, numberOfChannels: 2 };
const PROBE_MS = 1_500;
const WAITING_MOST = 100; // packets in a decoder that has fallen silent: two seconds

// 40 ms of a 1 kHz tone in the left channel alone, made with libopus.
const PROBE_PACKETS = [
  "fI+wHzRQ9xmv/W2EoBAvKNrgvGmdHw9D3k2JNXNxjk19yUUTnY9mCk8i5YZFwJ5sMtatVm4tRSxkBUUlVqjb6A4Exwc0LqFwiUTJYP6NhH2JvZzTotPAmhpsAd2+P9XjDRHSaeX6QGAUxVBj",
  "fI+wLS7TavN3I02ivYV+oNQrZ7AmczNwifWI8YQ6WcrT3cnp9j8mRGzR8grD1g5dSwtpFW2dQk3snmdYtjNv8F+5IomxiPOfxZBj",
];

/**
 * Make a decoder; `onPcm(startSample, left, right)` gets what it decodes, in order.
 *
 * Returns `{kind: "webcodecs"|"wasm", decode(startSample, payload), reset(), decoded, failed}`.
 * Rejects where neither way works.
 */
export async function makeDecoder(onPcm, { only = null } = {}) {
  if (only !== "wasm" && await browserDecodes()) return new BrowserDecoder(onPcm);
  const { OpusDecoder } = await loadLibopus();
  const library = new OpusDecoder({ sampleRate: SAMPLE_RATE_HZ, channels: 2 });
  await library.ready;
  return new LibraryDecoder(library, onPcm);
}

async function loadLibopus() {
  await import("../../vendor/opus-decoder-0.7.12.js"); // leaves its exports on globalThis
  return globalThis["opus-decoder"];
}

/** Decode the probe packets for real and look at the level of both channels. */
export async function browserDecodes() {
  if (typeof AudioDecoder === "undefined") return false;
  let decoder = null;
  try {
    const { supported } = await AudioDecoder.isConfigSupported(CONFIGURATION);
    if (!supported) return false;
    let heard = { left: 0, right: 0, samples: 0 };
    decoder = new BrowserDecoder((start, left, right) => {
      heard = {
        left: Math.max(heard.left, peakOf(left)),
        right: Math.max(heard.right, start > 0 ? peakOf(right) : 0),
        samples: heard.samples + left.length,
      };
    });
    PROBE_PACKETS.forEach((packet, index) => {
      decoder.decode(index * PACKET_SAMPLES, Uint8Array.from(atob(packet), (c) => c.charCodeAt(0)));
    });
    await Promise.race([decoder.flush(), new Promise((_, late) => setTimeout(late, PROBE_MS))]);
    return heard.samples >= PACKET_SAMPLES && heard.left > 0.1 && heard.right < heard.left / 4;
  } catch {
    return false;
  } finally {
    decoder?.close();
  }
}

/** How many samples at 48 kHz an Opus packet lasts (RFC 6716, section 3.1). */
export function samplesOf(payload) {
  const configuration = payload[0] >> 3;
  const frame = configuration < 12 ? [480, 960, 1920, 2880][configuration & 3]
    : configuration < 16 ? [480, 960][configuration & 1] : [120, 240, 480, 960][configuration & 3];
  const code = payload[0] & 3;
  return frame * (code === 0 ? 1 : code < 3 ? 2 : payload[1] & 63);
}

function peakOf(samples) {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

class BrowserDecoder {
  constructor(onPcm) {
    this.kind = "webcodecs";
    this.onPcm = onPcm;
    this.decoded = 0;
    this.failed = 0;
    this.open();
  }

  open() {
    this.decoder = new AudioDecoder({
      output: (data) => this.take(data),
      error: () => {
        this.failed += 1; // the decoder is closed now; the next packet opens another
      },
    });
    this.configure();
  }

  /** Chromium takes the first timestamp and counts on from it, so it is given those of an unbroken stream. */
  configure() {
    this.decoder.configure(CONFIGURATION);
    this.fed = 0; // samples
    this.expected = null; // where the next packet begins unless something is missing
    this.parts = []; // {fed, start}: where what was fed from there on lies on the media clock
  }

  decode(startSample, payload) {
    if (payload.length === 0) return;
    if (this.decoder.state === "closed") this.open();
    if (this.decoder.decodeQueueSize > WAITING_MOST) this.decoder.reset();
    if (this.decoder.state === "unconfigured") this.configure();
    if (startSample !== this.expected) this.parts.push({ fed: this.fed, start: startSample });
    this.decoder.decode(new EncodedAudioChunk({
      type: "key",
      timestamp: Math.round(this.fed / SAMPLE_RATE_HZ * 1e6),
      data: payload,
    }));
    const samples = samplesOf(payload);
    this.fed += samples;
    this.expected = startSample + samples;
  }

  take(data) {
    const left = new Float32Array(data.numberOfFrames);
    const right = new Float32Array(data.numberOfFrames);
    const second = Math.min(1, data.numberOfChannels - 1);
    data.copyTo(left, { planeIndex: 0, format: "f32-planar" });
    data.copyTo(right, { planeIndex: second, format: "f32-planar" });
    const fed = Math.round(data.timestamp * SAMPLE_RATE_HZ / 1e6);
    data.close();
    this.decoded += 1;
    while (this.parts.length > 1 && this.parts[1].fed <= fed) this.parts.shift();
    this.onPcm(this.parts[0].start + fed - this.parts[0].fed, left, right);
  }

  flush() {
    return this.decoder.flush();
  }

  reset() {
    if (this.decoder.state === "configured") this.decoder.reset();
  }

  close() {
    if (this.decoder.state !== "closed") this.decoder.close();
  }
}

class LibraryDecoder {
  constructor(library, onPcm) {
    this.kind = "wasm";
    this.library = library;
    this.onPcm = onPcm;
    this.decoded = 0;
    this.failed = 0;
  }

  decode(startSample, payload) {
    if (payload.length === 0) return;
    const { channelData: [left, right], samplesDecoded } = this.library.decodeFrame(payload);
    if (samplesDecoded === 0) {
      this.failed += 1;
      return;
    }
    this.decoded += 1;
    this.onPcm(startSample, left.slice(0, samplesDecoded), right.slice(0, samplesDecoded));
  }

  // libopus carries on over a gap by itself; its state of the last packet fades within one.
  reset() {}

  close() {
    this.library.free();
  }
}
