// Pictures in messages: the starter set that every room has, and a room's own.

import { html, signal } from "../shared/view.js";
import { t } from "../shared/i18n.js";

const FOLDER = new URL("../../emotes/", import.meta.url);
const NAMED = /:([a-z0-9_]{2,24}):/g;
const LARGE_MOST = 4; // a message of so few emotes and nothing else shows them large

export const STARTER = [
  "fire", "heart", "hands", "wow", "boo", "dance", "drop", "vinyl", "headphones", "laugh",
  "cry", "sleepy", "clap", "rocket", "train", "eyes", "salute", "hundred", "party", "alien",
];
export const REACTIONS = STARTER.slice(0, 5);

const starters = new Map(STARTER.map((name) => [name, new URL(`${name}.svg`, FOLDER).pathname]));

export class Emotes {
  constructor(room) {
    this.room = room;
    this.sources = signal(starters); // name -> address
  }

  async load() {
    try {
      const response = await fetch(`/api/rooms/${encodeURIComponent(this.room)}/emotes`);
      if (!response.ok) return;
      const { emotes } = await response.json();
      const own = emotes.filter(({ name, src }) => !starters.has(name) && isOurs(src));
      if (own.length > 0 || this.sources.peek().size > starters.size) this.sources.value = new Map([...starters, ...own.map(({ name, src }) => [name, src])]);
    } catch {
      // The starter set is enough to go on with.
    }
  }
}

/** Whether an address lies on this server. */
const isOurs = (src) => new URL(src, location.href).origin === location.origin;

/** The name of an emote in the reader's language. */
export const emoteName = (name) => t(`emote.${name}`, {}, name);

export function EmoteImage({ name, src, size = 20 }) {
  return html`<img class="emote" src=${src} alt=${`:${name}:`} title=${emoteName(name)} width=${size} height=${size} loading="lazy" decoding="async" />`;
}

/**
 * A message cut into text and emotes. Spans count Unicode code points, JavaScript's strings UTF-16
 * units; spans that do not fit are left as text.
 */
export function piecesOf(text, spans) {
  const points = Array.from(text);
  const pieces = [];
  let at = 0;
  for (const { name, start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    if (start < at || end <= start || end > points.length) continue;
    if (start > at) pieces.push(points.slice(at, start).join(""));
    pieces.push({ name });
    at = end;
  }
  if (at < points.length) pieces.push(points.slice(at).join(""));
  return pieces;
}

/** Where a text names emotes that the room has; for what the server has not read yet. */
export function spansOf(text, sources) {
  const points = (until) => Array.from(text.slice(0, until)).length;
  return [...text.matchAll(NAMED)].filter(([, name]) => sources.has(name))
    .map((match) => ({ name: match[1], start: points(match.index), end: points(match.index + match[0].length) }));
}

/** A message's text with its pictures; everything else in it stays text. */
export function Spoken({ text, spans, sources, largest = 36 }) {
  const pieces = piecesOf(text, spans);
  const alone = pieces.every((piece) => typeof piece !== "string" || piece.trim() === "");
  const size = alone && spans.length > 0 && spans.length <= LARGE_MOST ? largest : Math.min(22, largest);
  return html`<span class="said-text">${pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const src = sources.get(piece.name);
    return src === undefined ? `:${piece.name}:` : html`<${EmoteImage} name=${piece.name} src=${src} size=${size} />`;
  })}</span>`;
}
