// What the address of a screen asks for.

const OFFSET_LEAST_MS = -500; // a picture can be no earlier than it comes
const OFFSET_MOST_MS = 5_000;

/** @param {URLSearchParams} query */
export function readWishes(query) {
  const said = (name, usual) => (query.has(name) ? query.get(name) !== "0" : usual);
  const offset = Math.round(Number(query.get("offset") ?? 0));
  return {
    overlay: said("overlay", true),
    grain: said("grain", true),
    sound: said("sound", false),
    transparent: said("transparent", false),
    motion: said("motion", false), // moving pictures although the machine asks for less motion
    offsetMs: Number.isFinite(offset) ? Math.max(OFFSET_LEAST_MS, Math.min(OFFSET_MOST_MS, offset)) : 0,
  };
}
