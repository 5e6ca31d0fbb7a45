// A picture on a canvas of any size: enlarged smoothly, with a breath of film grain.
//
// Server pictures are small and smooth, as encoders like them; the grain hides the enlargement and
// costs no bandwidth. It changes each point by less than 3 % of full scale, half up and half down, so
// the light of the whole never changes.

import { Pace } from "../shared/pace.js";
import { reducedMotion } from "../shared/theme.js";

const TILE = 192;
const GRAIN_MOST = 7; // of 255: 2.7 %
const GRAIN_MS = 80; // between two grains: film has 24 a second, half of that is calmer
const STEP = 2; // enlarged by this first, softly: two gentle steps show no stairs where one does
const SIZES = [1920 * 1080, 1280 * 720, 960 * 540, 640 * 360]; // pixels, on machines of different strength
const FRUGAL = 2; // from this level on nothing is drawn for the grain alone

let tile = null;

/** Noise whose darkening and lightening cancel out. */
function grainTile() {
  if (tile !== null) return tile;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE;
  const context = canvas.getContext("2d");
  const noise = context.createImageData(TILE, TILE);
  for (let at = 0; at < noise.data.length; at += 4) {
    noise.data.fill(at % 8 === 0 ? 255 : 0, at, at + 3);
    noise.data[at + 3] = Math.floor(Math.random() * (GRAIN_MOST + 1));
  }
  // Lighter and darker points alternate in memory; shuffle them so that no stripes show.
  const points = new Uint32Array(noise.data.buffer);
  for (let at = points.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [points[at], points[other]] = [points[other], points[at]];
  }
  context.putImageData(noise, 0, 0);
  tile = canvas;
  return tile;
}

export class Painter {
  constructor(canvas, { grain = true } = {}) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.between = document.createElement("canvas").getContext("2d", { alpha: false });
    this.betweenHolds = null; // the image that it was drawn from
    this.pattern = grain ? this.context.createPattern(grainTile(), "repeat") : null;
    this.pace = new Pace(SIZES.length, 1);
    this.grainAtMs = 0;
  }

  /** Draw `picture` if it is new, or if its grain is due; returns whether it did. */
  paint(picture, fresh, nowMs) {
    const level = this.pace.judge(nowMs);
    const resized = this.fit(SIZES[level]);
    const due = nowMs - this.grainAtMs >= GRAIN_MS && (fresh || level < FRUGAL);
    const stir = this.pattern !== null && !reducedMotion.matches && due;
    if (!fresh && !stir && !resized) return false;
    const { context, canvas: { width, height } } = this;
    const scale = Math.max(width / picture.width, height / picture.height);
    const wide = picture.width * scale;
    const high = picture.height * scale;
    const source = scale > STEP ? this.halfWay(picture) : picture.image;
    context.imageSmoothingQuality = "high";
    context.drawImage(source, (width - wide) / 2, (height - high) / 2, wide, high);
    if (this.pattern !== null) this.grain(stir, nowMs);
    return true;
  }

  halfWay(picture) {
    const { between } = this;
    const width = picture.width * STEP;
    const height = picture.height * STEP;
    const known = between.canvas.width === width && between.canvas.height === height;
    if (known && this.betweenHolds === picture.image) return between.canvas;
    this.betweenHolds = picture.image;
    if (!known) {
      between.canvas.width = width;
      between.canvas.height = height;
    }
    between.imageSmoothingQuality = "low";
    between.drawImage(picture.image, -0.5, -0.5, width, height);
    between.globalAlpha = 0.5; // the same again, half a point away: the stairs of steep edges melt
    between.drawImage(picture.image, 0.5, 0.5, width, height);
    between.globalAlpha = 1;
    return between.canvas;
  }

  grain(stir, nowMs) {
    if (stir) {
      this.grainAtMs = nowMs;
      this.pattern.setTransform(new DOMMatrix().translate(Math.floor(Math.random() * TILE), Math.floor(Math.random() * TILE)));
    }
    this.context.fillStyle = this.pattern;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  fit(pixels) {
    const { clientWidth, clientHeight } = this.canvas;
    const area = Math.max(1, clientWidth * clientHeight);
    const ratio = Math.min(devicePixelRatio, Math.sqrt(pixels / area));
    const width = Math.max(1, Math.round(clientWidth * ratio));
    const height = Math.max(1, Math.round(clientHeight * ratio));
    if (this.canvas.width === width && this.canvas.height === height) return false;
    this.canvas.width = width;
    this.canvas.height = height;
    return true;
  }
}
