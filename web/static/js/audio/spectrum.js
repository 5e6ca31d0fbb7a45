// The spectrum at a moment of the media clock, from the decoded sound itself.
//
// Not a WebAudio analyser: that one hears nothing before the first tap and cannot be asked about the
// moment that is leaving the loudspeaker. Here the picture is alive before anyone listens and is in
// time afterwards.

import { SAMPLE_RATE_HZ } from "./ring.js";

const KEPT_SAMPLES = 4 * SAMPLE_RATE_HZ;
const SIZE = 4096;
const LOW_HZ = 42;
const HIGH_HZ = 15_000;
const FLOOR_DB = -66;
const TILT_DB = 3.2; // an octave: music falls by about this, the picture should not
const GAIN_FALL = 0.995; // a call: the automatic gain forgets a loud passage in a few seconds

/** The last seconds of sound, mono, by position on the media clock. */
export class SoundMemory {
  constructor() {
    this.samples = new Float32Array(KEPT_SAMPLES);
    this.written = 0;
  }

  write(start, left, right) {
    for (let index = 0; index < left.length; index += 1) {
      this.samples[(start + index) % KEPT_SAMPLES] = 0.5 * (left[index] + right[index]);
    }
    this.written = start + left.length;
  }

  /** Whether the sound around `position` is still, and already, there. */
  holds(position) {
    return position - SIZE / 2 > this.written - KEPT_SAMPLES && position - SIZE < this.written
      && this.written > SIZE;
  }
}

/** Log-spaced bands on 0-1, smoothed as a good meter is: up at once, down slowly. */
export class Spectrum {
  constructor(bands) {
    this.bands = new Float32Array(bands);
    this.level = 0; // of all bands, 0-1
    this.bass = 0; // below 140 Hz, 0-1
    this.loudest = 1e-3;
    this.real = new Float32Array(SIZE);
    this.imaginary = new Float32Array(SIZE);
    this.window = Float32Array.from({ length: SIZE },
      (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / SIZE));
    this.edges = Float64Array.from({ length: bands + 1 },
      (_, band) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** (band / bands) / SAMPLE_RATE_HZ * SIZE);
    this.fft = new Fft(SIZE);
  }

  /** Hear `memory` around `position`; `fall` is how much of a band is left after this call. */
  hear(memory, position, fall) {
    const from = Math.min(Math.floor(position) - SIZE / 2, memory.written - SIZE);
    for (let index = 0; index < SIZE; index += 1) {
      const cell = (from + index + KEPT_SAMPLES) % KEPT_SAMPLES;
      this.real[index] = memory.samples[cell] * this.window[index];
    }
    this.imaginary.fill(0);
    this.fft.transform(this.real, this.imaginary);
    this.gather(fall);
  }

  silence(fall) {
    for (let band = 0; band < this.bands.length; band += 1) this.bands[band] *= fall;
    this.level *= fall;
    this.bass *= fall;
  }

  gather(fall) {
    let total = 0;
    let low = 0;
    let lowBands = 0;
    for (let band = 0; band < this.bands.length; band += 1) {
      const loudness = this.bandLoudness(band);
      const value = Math.max(loudness, this.bands[band] * fall);
      this.bands[band] = value;
      total += value;
      if (this.edges[band + 1] < 140 / SAMPLE_RATE_HZ * SIZE) {
        low += value;
        lowBands += 1;
      }
    }
    this.level = total / this.bands.length;
    this.bass = low / Math.max(1, lowBands);
  }

  bandLoudness(band) {
    const first = this.edges[band];
    const last = this.edges[band + 1];
    let power = 0;
    if (last - first < 1) {
      power = this.powerAt((first + last) / 2);
    } else {
      for (let bin = Math.floor(first); bin < last; bin += 1) {
        power = Math.max(power, this.real[bin] ** 2 + this.imaginary[bin] ** 2);
      }
    }
    const octaves = Math.log2(first / this.edges[0]);
    const magnitude = Math.sqrt(power) / (SIZE / 4) * 10 ** ((TILT_DB * octaves) / 20);
    this.loudest = Math.max(magnitude, this.loudest * GAIN_FALL ** (1 / this.bands.length), 2e-3);
    const db = 20 * Math.log10(magnitude / this.loudest + 1e-9);
    return Math.max(0, 1 - db / FLOOR_DB);
  }

  powerAt(bin) {
    const below = Math.floor(bin);
    const share = bin - below;
    const power = (index) => this.real[index] ** 2 + this.imaginary[index] ** 2;
    return power(below) * (1 - share) + power(below + 1) * share;
  }
}

/** An in-place radix-2 transform of a fixed size (Cooley and Tukey, 1965). */
class Fft {
  constructor(size) {
    this.size = size;
    this.cosine = Float32Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.sine = Float32Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.reversed = new Uint16Array(size);
    for (let index = 1; index < size; index += 1) {
      this.reversed[index] = (this.reversed[index >> 1] >> 1) | (index & 1 ? size >> 1 : 0);
    }
  }

  transform(real, imaginary) {
    for (let index = 0; index < this.size; index += 1) {
      const other = this.reversed[index];
      if (other <= index) continue;
      [real[index], real[other]] = [real[other], real[index]];
      [imaginary[index], imaginary[other]] = [imaginary[other], imaginary[index]];
    }
    for (let half = 1; half < this.size; half *= 2) this.stage(real, imaginary, half);
  }

  stage(real, imaginary, half) {
    const stride = this.size / (2 * half);
    for (let group = 0; group < this.size; group += 2 * half) {
      for (let k = 0; k < half; k += 1) {
        const cosine = this.cosine[k * stride];
        const sine = this.sine[k * stride];
        const top = group + k;
        const bottom = top + half;
        const re = real[bottom] * cosine + imaginary[bottom] * sine;
        const im = imaginary[bottom] * cosine - real[bottom] * sine;
        real[bottom] = real[top] - re;
        imaginary[bottom] = imaginary[top] - im;
        real[top] += re;
        imaginary[top] += im;
      }
    }
  }
}
