// What components of several pages watch: the time, the width of the window, who leaves an open box, and
// parts that are fetched when somebody wants them.

import { addTexts } from "./i18n.js";
import { useEffect, useState } from "./view.js";

/** Milliseconds since the page began, going on while `untilMs` lies ahead. */
export function useNow(untilMs, everyMs = 250) {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    setNow(performance.now());
    if (!(untilMs > performance.now())) return undefined;
    const timer = setInterval(() => {
      setNow(performance.now());
      if (performance.now() >= untilMs) clearInterval(timer);
    }, everyMs);
    return () => clearInterval(timer);
  }, [untilMs]);
  return now;
}

/** Whether a media query holds. */
export function useMedia(query) {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setHolds(list.matches);
    changed();
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return holds;
}

/** Call `onLeave` on Escape and on a press outside of `box`, while `open`. */
export function useLeaving(box, open, onLeave) {
  useEffect(() => {
    if (!open) return undefined;
    const leave = (event) => {
      if (event.type === "keydown" && event.key !== "Escape") return;
      if (event.type === "pointerdown" && box.current?.contains(event.target)) return;
      if (event.type === "keydown") event.stopPropagation();
      onLeave(event);
    };
    addEventListener("keydown", leave, true);
    addEventListener("pointerdown", leave);
    return () => {
      removeEventListener("keydown", leave, true);
      removeEventListener("pointerdown", leave);
    };
  }, [open]);
}

/** A module, once the words that it says are there as well. */
export async function withTexts(module, ...names) {
  const [found] = await Promise.all([module, addTexts(names)]);
  return found;
}

/** A module that is fetched once it is `wanted`; null until then. */
export function useModule(load, wanted) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    if (!wanted || found !== null) return undefined;
    let here = true;
    load().then((module) => here && setFound(module)).catch((error) => console.warn("A part of the page cannot be had:", error));
    return () => { here = false; };
  }, [wanted]);
  return found;
}
