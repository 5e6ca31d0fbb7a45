// Levels of what is about to be sent: true sample peaks, peak hold, clipping, mono, silence.

export const FLOOR_DB = -60;

const BLOCK = 4096; // 85 ms: longer than any gap between two frames of a page that is looked at
const CLIP_LEVEL = 0.999;
const CLIP_RUN = 3; // samples in a row at full scale: one alone may be a true peak
const HOLD_SECONDS = 1.5;
const FALL_DB_A_SECOND = 24;
const SILENT_DB = -60;
const SAME_DB = -70; // difference of the channels below which they are one

export class StereoMeter {
  constructor(context, stream) {
    this.context = context;
    this.source = context.createMediaStreamSource(stream);
    const splitter = context.createChannelSplitter(2);
    // Explicit stereo: a mono track is doubled here as it is on its way to the listeners.
    const stereo = new GainNode(context, { channelCount: 2, channelCountMode: "explicit" });
    this.source.connect(stereo).connect(splitter);
    this.channels = [0, 1].map((channel) => {
      const analyser = new AnalyserNode(context, { fftSize: BLOCK, smoothingTimeConstant: 0 });
      splitter.connect(analyser, channel);
      return { analyser, samples: new Float32Array(BLOCK), peakDb: FLOOR_DB, rmsDb: FLOOR_DB, holdDb: FLOOR_DB, heldAt: 0 };
    });
    this.clipped = false;
    this.silentSince = null;
    this.sameSince = null;
    this.lastAt = null;
  }

  /** Measure now; `nowSeconds` on any steady clock. */
  measure(nowSeconds) {
    const elapsed = this.lastAt === null ? 0 : Math.min(1, nowSeconds - this.lastAt);
    this.lastAt = nowSeconds;
    for (const channel of this.channels) this.measureChannel(channel, nowSeconds, elapsed);
    const [left, right] = this.channels;
    const loudest = Math.max(left.rmsDb, right.rmsDb);
    this.silentSince = loudest <= SILENT_DB ? this.silentSince ?? nowSeconds : null;
    const same = loudest > SILENT_DB + 12 && differenceDb(left.samples, right.samples) < SAME_DB;
    this.sameSince = same ? this.sameSince ?? nowSeconds : null;
    this.silentSeconds = this.silentSince === null ? 0 : nowSeconds - this.silentSince;
    this.sameSeconds = this.sameSince === null ? 0 : nowSeconds - this.sameSince;
  }

  measureChannel(channel, nowSeconds, elapsed) {
    channel.analyser.getFloatTimeDomainData(channel.samples);
    let peak = 0;
    let power = 0;
    let run = 0;
    for (const sample of channel.samples) {
      const size = Math.abs(sample);
      if (size > peak) peak = size;
      power += sample * sample;
      run = size >= CLIP_LEVEL ? run + 1 : 0;
      if (run >= CLIP_RUN) this.clipped = true;
    }
    const peakDb = toDb(peak);
    channel.peakDb = Math.max(peakDb, channel.peakDb - FALL_DB_A_SECOND * elapsed, FLOOR_DB);
    channel.rmsDb = toDb(Math.sqrt(power / BLOCK));
    if (peakDb >= channel.holdDb || nowSeconds - channel.heldAt > HOLD_SECONDS) {
      channel.holdDb = Math.max(peakDb, channel.holdDb - (peakDb >= channel.holdDb ? 0 : FALL_DB_A_SECOND * elapsed));
      if (peakDb >= channel.holdDb) channel.heldAt = nowSeconds;
    }
  }

  resetClip() {
    this.clipped = false;
  }

  close() {
    this.source.disconnect();
  }
}

const toDb = (size) => Math.max(FLOOR_DB, 20 * Math.log10(size + 1e-9));

function differenceDb(left, right) {
  let power = 0;
  for (let index = 0; index < left.length; index += 1) power += (left[index] - right[index]) ** 2;
  return 10 * Math.log10(power / left.length + 1e-12);
}
