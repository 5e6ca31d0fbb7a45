// A logo as the show takes it: small, and nothing in it but the picture.

const WIDEST = 640;
const HIGHEST = 360;
const MOST_BYTES = 400_000; // photographs are smaller as WebP

/** Make a PNG or WebP of what somebody chose, smaller where it is large; throws where it is no picture. */
export async function logoFrom(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, WIDEST / image.width, HIGHEST / image.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const png = await encoded(canvas, "image/png");
  return png.size <= MOST_BYTES ? png : encoded(canvas, "image/webp");
}

function encoded(canvas, type) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("empty")) : resolve(blob)), type, 0.88);
  });
}
