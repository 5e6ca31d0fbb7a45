// The one door to the vendored view libraries, so that the pages never name a version.
//
// Preact draws, htm reads the markup, signals hold what changes. `useSignal` joins them: a component
// that reads a signal through it is drawn again when the signal changes, and at no other time.

import { h, render, Fragment } from "../../vendor/preact-11.2.0.js";
import {
  useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState,
} from "../../vendor/preact-hooks-11.2.0.js";
import htm from "../../vendor/htm-3.1.1.js";
import { batch, computed, effect, signal } from "../../vendor/signals-core-1.14.5.js";

export const html = htm.bind(h);
export {
  Fragment, batch, computed, effect, render, signal,
  useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState,
};

/** Read a signal inside a component and draw the component again whenever it changes. */
export function useSignal(source) {
  const [value, setValue] = useState(source.peek());
  useLayoutEffect(() => effect(() => {
    const next = source.value;
    setValue(() => next);
  }), [source]);
  return value;
}

/** Call `draw(now)` on every animation frame while the component is there and the page visible. */
export function useFrames(draw, inputs) {
  useEffect(() => {
    let handle = 0;
    const step = (now) => {
      handle = requestAnimationFrame(step);
      draw(now);
    };
    handle = requestAnimationFrame(step);
    return () => cancelAnimationFrame(handle);
  }, inputs);
}
