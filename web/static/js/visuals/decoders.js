// Chunks to pictures: VP9 by the browser's own decoder, JPEG where it has none.
//
// Both call `onPicture({pts, image, width, height})` in order; `image.close()` frees a picture. A
// decoder that failed asks for a key by `onFailure`, and after several in a row without any picture
// says by `onGiveUp` that this browser cannot.

import { FLAG } from "../wire/frames.js";

const FAILURES_MOST = 3;

export class Vp9Decoder {
  constructor({ codec, onGiveUp }) {
    this.format = "vp9";
    this.codec = codec;
    this.onGiveUp = onGiveUp;
    this.inFlight = 0;
    this.failed = 0;
    this.failures = 0; // since the last picture
    this.decoder = null;
    VideoDecoder.isConfigSupported(this.configuration)
      .then(({ supported }) => supported || onGiveUp(), () => onGiveUp());
  }

  get configuration() {
    return { codec: this.codec, optimizeForLatency: true };
  }

  open() {
    const decoder = new VideoDecoder({
      output: (frame) => {
        if (decoder !== this.decoder) {
          frame.close();
          return;
        }
        this.inFlight = Math.max(0, this.inFlight - 1);
        this.failures = 0;
        this.onPicture({ pts: frame.timestamp, image: frame, width: frame.displayWidth, height: frame.displayHeight });
      },
      error: () => decoder === this.decoder && this.fail(),
    });
    decoder.configure(this.configuration);
    this.decoder = decoder;
  }

  /** Returns whether it was taken; after a failure only a key is. */
  decode(frame) {
    const key = (frame.flags & FLAG.KEY) !== 0;
    try {
      if (this.decoder === null) this.open();
      this.decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: frame.ptsMicroseconds, data: frame.payload }));
    } catch {
      this.fail();
      return false;
    }
    this.inFlight += 1;
    return true;
  }

  fail() {
    this.reset();
    this.failed += 1;
    this.failures += 1;
    this.onFailure();
    if (this.failures >= FAILURES_MOST) this.onGiveUp();
  }

  /** Whatever it holds is not wanted any more; the next chunk is a key. */
  reset() {
    const decoder = this.decoder;
    this.decoder = null;
    this.inFlight = 0;
    if (decoder !== null && decoder.state !== "closed") decoder.close();
  }

  close() {
    this.reset();
  }
}

export class JpegDecoder {
  constructor() {
    this.format = "jpeg";
    this.failed = 0;
    this.inFlight = 0;
    this.last = Promise.resolve();
    this.round = 0;
  }

  decode(frame) {
    const { round } = this;
    this.inFlight += 1;
    const image = createImageBitmap(new Blob([frame.payload], { type: "image/jpeg" }));
    // One after the other: pictures that overtake each other would be dropped.
    this.last = this.last.then(() => image).then((bitmap) => {
      if (round !== this.round) bitmap.close();
      else this.deliver(frame.ptsMicroseconds, bitmap);
    }, () => round === this.round && this.fail());
    return true;
  }

  deliver(pts, bitmap) {
    this.inFlight = Math.max(0, this.inFlight - 1);
    this.onPicture({ pts, image: bitmap, width: bitmap.width, height: bitmap.height });
  }

  /** A picture that cannot be read: the next stands for itself. */
  fail() {
    this.failed += 1;
    this.inFlight = Math.max(0, this.inFlight - 1);
    this.onFailure();
  }

  reset() {
    this.round += 1;
    this.inFlight = 0;
  }

  close() {
    this.reset();
  }
}
