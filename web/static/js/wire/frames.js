// The binary side of djuv.v1: sixteen bytes, little-endian, before each payload (docs/protocol.md).

export const HEADER_BYTES = 16;
export const KIND = Object.freeze({ OPUS: 1, VIDEO: 2, JPEG: 3, SPECTRUM: 4 });
export const FLAG = Object.freeze({ KEY: 1, DISCONTINUITY: 2, CONFIGURATION: 4, CATCH_UP: 8 });

/** Read one media frame; null where it is too short to be one. */
export function parseFrame(buffer) {
  if (buffer.byteLength < HEADER_BYTES) return null;
  const view = new DataView(buffer);
  return {
    kind: view.getUint8(0),
    flags: view.getUint8(1),
    track: view.getUint16(2, true),
    seq: view.getUint32(4, true),
    // 2^53 microseconds are 285 years: a plain number holds every position exactly.
    ptsMicroseconds: Number(view.getBigUint64(8, true)),
    payload: new Uint8Array(buffer, HEADER_BYTES),
  };
}
