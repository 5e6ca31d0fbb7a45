// What every page wears: the bar at the top, language and theme, dialogs, short notices.

import { html, signal, useEffect, useRef, useSignal } from "./view.js";
import { LANGUAGES, language, setLanguage, t } from "./i18n.js";
import { THEMES, setTheme, theme } from "./theme.js";
import { Icon } from "./icons.js";

const NOTICE_MS = 4_000;

export function TopBar({ here, children }) {
  const link = (name, address, label) => html`
    <a class="bar-link" href=${address} aria-current=${here === name ? "page" : null}>${label}</a>`;
  return html`
    <header class="bar">
      <a class="brand" href="/">
        <${Mark} /><span class="brand-name">DJ UNIVERSE</span><span class="brand-live">Live</span>
      </a>
      <nav class="bar-nav" aria-label=${t("common.navigation")}>
        ${link("home", "/", t("common.on_air"))}
        ${link("studio", "/studio", t("common.studio"))}
      </nav>
      <div class="bar-end">
        ${children}
        <${LanguageSwitch} />
        <${ThemeSwitch} />
      </div>
    </header>`;
}

/** Below what there is to see: what we keep of people. */
export function Foot() {
  return html`<footer class="foot"><a href="/privacy">${t("common.privacy_text")}</a></footer>`;
}

function Mark() {
  return html`
    <svg class="mark" width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
      stroke-linecap="round" aria-hidden="true">
      <path d="M3 13v-2M7.5 16V8M12 20V4M16.5 16V8M21 13v-2"/>
    </svg>`;
}

function LanguageSwitch() {
  const current = useSignal(language);
  return html`
    <div class="segmented" role="group" aria-label=${t("common.language")}>
      ${LANGUAGES.map((tag) => html`
        <button type="button" key=${tag} lang=${tag} aria-pressed=${current === tag}
          aria-label=${`${tag.toUpperCase()}, ${t(`common.language.${tag}`)}`} onClick=${() => setLanguage(tag)}>${tag.toUpperCase()}</button>`)}
    </div>`;
}

const THEME_ICONS = { system: "sun-moon", dark: "moon", light: "sun" };

function ThemeSwitch() {
  const current = useSignal(theme);
  const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length];
  const label = t("common.theme_button", { theme: t(`common.theme.${current}`) });
  return html`
    <button type="button" class="icon-button" aria-label=${label} title=${label} onClick=${() => setTheme(next)}>
      <${Icon} name=${THEME_ICONS[current]} />
    </button>`;
}

/** A modal dialog; the browser keeps focus inside and gives it back. */
export function Dialog({ open, onClose, title, children }) {
  const box = useRef(null);
  useEffect(() => {
    if (open && !box.current.open) box.current.showModal();
    if (!open && box.current.open) box.current.close();
  }, [open]);
  const outside = (event) => event.target === box.current && onClose();
  return html`
    <dialog ref=${box} class="dialog" aria-labelledby="dialog-title" onClose=${onClose} onClick=${outside}>
      <div class="dialog-body">
        <div class="dialog-head">
          <h2 id="dialog-title">${title}</h2>
          <button type="button" class="icon-button" aria-label=${t("common.close")} onClick=${onClose}>
            <${Icon} name="x" />
          </button>
        </div>
        ${open && children}
      </div>
    </dialog>`;
}

const notice = signal(null);
let noticeTimer = 0;

/** Say something short that goes away by itself. */
export function notify(text) {
  notice.value = text;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { notice.value = null; }, NOTICE_MS);
}

export function Notice() {
  const text = useSignal(notice);
  return html`<div class="notice" role="status" data-shown=${text !== null}>${text}</div>`;
}

/** Put text on the clipboard and say so; where the browser refuses, show it to be copied by hand. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    notify(t("common.copied"));
  } catch {
    notify(text);
  }
}

/** Everything under one root, drawn again when the language changes. */
export function Page({ children }) {
  useSignal(language);
  return html`<a class="skip" href="#main">${t("common.skip")}</a>${children()}<${Notice} />`;
}
