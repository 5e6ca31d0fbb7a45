// Dark, light, or as the system says.

import { signal } from "./view.js";
import { recall, remember } from "./memory.js";

export const THEMES = ["system", "dark", "light"];
export const theme = signal(THEMES.includes(recall("theme")) ? recall("theme") : "system");

const lightSystem = matchMedia("(prefers-color-scheme: light)");
const listeners = new Set();

export function setTheme(name) {
  remember("theme", name === "system" ? null : name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  theme.value = name;
  palette.clear();
  for (const listener of listeners) listener();
}

lightSystem.addEventListener("change", () => {
  palette.clear();
  for (const listener of listeners) listener();
});

/** Call `listener` when the colours changed; returns how to stop. */
export function onColours(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const palette = new Map();
let probe = null;

/** The present value of a colour token, for canvases, which know no custom properties. */
export function colour(token) {
  if (!palette.has(token)) {
    if (probe === null) {
      probe = document.createElement("span");
      probe.hidden = true;
      document.body.append(probe);
    }
    probe.style.color = `var(--${token})`;
    palette.set(token, getComputedStyle(probe).color);
  }
  return palette.get(token);
}

/** The same colour, see-through: `alpha` on 0-1. */
export function tinted(token, alpha) {
  const key = `${token}/${alpha}`;
  if (!palette.has(key)) {
    const [red, green, blue] = colour(token).match(/[\d.]+/g);
    palette.set(key, `rgba(${red}, ${green}, ${blue}, ${alpha})`);
  }
  return palette.get(key);
}

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
