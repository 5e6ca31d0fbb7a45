// Words, numbers and times in the reader's language.
//
// The words live in locales/NAME.LANGUAGE.json as flat keys with {name} placeholders, the same files
// that the command line reads. Every language has every key (the tests hold that), so a page fetches its
// reader's alone; where a file cannot be had, English stands in. A key that nobody has falls back to what
// the caller gives.

import { signal } from "./view.js";
import { recall, remember } from "./memory.js";

export const LANGUAGES = ["en", "es"];
const ORIGINAL = LANGUAGES[0];
const FOLDER = new URL("../../locales/", import.meta.url);

export const language = signal(preferredLanguage());

// A number and its unit stay on one line.
const UNIT_AFTER_NUMBER = /(\d) (%|ms|s|LU|LUFS|dB|dBFS|kHz|BPM|min|kbit\/s)(?![\p{L}\d])/gu;

const catalogues = new Map(); // "pages.en" -> {key: text}
let loaded = [];

function preferredLanguage() {
  const kept = recall("language");
  if (LANGUAGES.includes(kept)) return kept;
  const wanted = navigator.languages ?? [navigator.language];
  for (const tag of wanted) {
    const short = tag.slice(0, 2).toLowerCase();
    if (LANGUAGES.includes(short)) return short;
  }
  return ORIGINAL;
}

/** Load the named locale files in the current language. */
export async function loadTexts(names) {
  loaded = names;
  await loadLanguage(language.peek());
  document.documentElement.lang = language.peek();
}

/** Load more locale files, for a part of the page that came later. */
export async function addTexts(names) {
  loaded = [...new Set([...loaded, ...names])];
  await loadLanguage(language.peek());
}

async function loadLanguage(tag) {
  await Promise.all(loaded.map((name) => loadFile(name, tag)));
}

async function loadFile(name, tag) {
  const key = `${name}.${tag}`;
  if (catalogues.has(key)) return;
  try {
    const response = await fetch(new URL(`${key}.json`, FOLDER));
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    catalogues.set(key, await response.json());
  } catch (error) {
    console.warn(`The texts ${key} cannot be had:`, error);
    if (tag !== ORIGINAL) await loadFile(name, ORIGINAL);
  }
}

/** Change the language at once and keep the choice. */
export async function setLanguage(tag) {
  await loadLanguage(tag);
  remember("language", tag);
  document.documentElement.lang = tag;
  formats.clear();
  language.value = tag;
}

function lookUp(key) {
  for (const tag of [language.peek(), ORIGINAL]) {
    for (const name of loaded) {
      const text = catalogues.get(`${name}.${tag}`)?.[key];
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/**
 * The text of `key` with its placeholders filled.
 *
 * `{bars}` takes a number in the reader's notation or a string; `{bars:.1f}` fixes the decimals. Where
 * `values.count` is given, `key.one`, `key.other` ... are looked up first by the plural rules.
 */
export function t(key, values = {}, otherwise = key) {
  const plural = values.count === undefined ? undefined
    : lookUp(`${key}.${format(Intl.PluralRules, {}).select(values.count)}`) ?? lookUp(`${key}.other`);
  const text = plural ?? lookUp(key) ?? otherwise;
  const filled = text.replace(/\{(\w+)(?::[+]?\.(\d+)f)?\}/g, (whole, name, decimals) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    if (typeof value !== "number") return String(value);
    return decimals === undefined ? number(value) : number(value, Number(decimals));
  });
  return filled.replace(UNIT_AFTER_NUMBER, "$1\u00a0$2");
}

const formats = new Map();

/** The reader's own variety of the language, for dates and numbers: es-MX writes 7.4, es-ES 7,4. */
function region() {
  const tag = language.peek();
  return navigator.languages?.find((each) => each.startsWith(tag)) ?? tag;
}

function format(Kind, options) {
  const key = Kind.name + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Kind(region(), options));
  return formats.get(key);
}

/** A number in the reader's notation, with exactly `decimals` digits where given. */
export function number(value, decimals) {
  const options = decimals === undefined ? { maximumFractionDigits: 2 }
    : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return format(Intl.NumberFormat, options).format(value).replace("-", "\u2212");
}

/** A signed number, with a true minus. */
export function signed(value, decimals = 1) {
  const text = number(Math.abs(value), decimals);
  if (Number(value.toFixed(decimals)) === 0) return text;
  return (value > 0 ? "+" : "\u2212") + text;
}

export function percent(ratio, decimals = 0) {
  return format(Intl.NumberFormat, {
    style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  }).format(ratio);
}

/** "A minor" in the reader's language. */
export function keyName(name) {
  if (!name) return "";
  const [tonic, mode] = name.split(" ");
  return t(`key.${mode}`, { tonic: t(`tonic.${tonic}`, {}, tonic) }, name);
}

/** A position in a set: 0:07, 12:40, 1:02:09. */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours === 0) return `${minutes}:${two(whole % 60)}`;
  return `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** A date and time as this reader writes it. */
export function dateTime(unixSeconds) {
  return format(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short" })
    .format(new Date(unixSeconds * 1000));
}

/** A time of day as this reader writes it. */
export function timeOfDay(unixMs) {
  return format(Intl.DateTimeFormat, { hour: "numeric", minute: "2-digit" }).format(new Date(unixMs));
}
