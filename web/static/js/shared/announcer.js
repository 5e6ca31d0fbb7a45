// A status region of its own for screen readers, throttled: the newest message each few seconds.
//
// A whole list as aria-live would read every change of every number aloud.

import { html, signal, useSignal } from "./view.js";

const LEAST_APART_MS = 6_000;

const spoken = signal("");
let lastMs = -Infinity;
let timer = 0;

export function announce(text) {
  clearTimeout(timer);
  const wait = Math.max(0, lastMs + LEAST_APART_MS - performance.now());
  timer = setTimeout(() => {
    lastMs = performance.now();
    spoken.value = text;
  }, wait);
}

export function Announcer() {
  return html`<div class="unseen" role="status" aria-live="polite">${useSignal(spoken)}</div>`;
}
