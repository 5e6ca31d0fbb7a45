// How the room's chat is kept: a level for each axis, slow mode, sites, words, emotes alone.

import { html, useLayoutEffect, useSignal, useState } from "../shared/view.js";
import { clockTime, t } from "../shared/i18n.js";
import { notify } from "../shared/shell.js";
import { faultText } from "./words.js";

// What an axis listens for decides what its levels mean.
const AXES = { insult: "words", hate: "danger", threat: "danger", sexual: "words", swearing: "words", spam: "words", links: "links", flood: "flood" };
const LEVELS = [0, 1, 2, 3, 4];
const SLOW_SECONDS = [0, 3, 5, 10, 30, 60, 120, 300];

const lines = (text) => [...new Set(text.split(/[\n,]/).map((each) => each.trim()).filter((each) => each !== ""))];
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** What the form holds: lists as text, so that half a word can stand in them. */
function formOf(rules) {
  return { ...rules, allowed_sites: rules.allowed_sites.join("\n"), blocked_words: rules.blocked_words.join("\n") };
}

function rulesOf(form) {
  return { ...form, allowed_sites: lines(form.allowed_sites).map(siteOf), blocked_words: lines(form.blocked_words) };
}

/** A site's name, whatever was pasted. */
function siteOf(text) {
  return text.toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/^www\./, "").replace(/[/?#].*$/, "");
}

export function Rules({ session }) {
  const rules = useSignal(session.rules);
  if (rules === null) return html`<p class="quiet rules-none">${t("moderate.asking")}</p>`;
  return html`<${RulesForm} session=${session} rules=${rules} />`;
}

function RulesForm({ session, rules }) {
  const [base, setBase] = useState(session.edited?.base ?? rules);
  const [form, setForm] = useState(session.edited?.form ?? formOf(rules));
  const [saving, setSaving] = useState(false);
  const changed = !same(rulesOf(form), base);
  const change = (part) => setForm({ ...form, ...part });
  const revert = () => {
    setBase(rules);
    setForm(formOf(rules));
  };
  useLayoutEffect(() => { if (!changed) revert(); }, [rules]); // at once, before anybody edits: somebody else changed them; what is being edited stays
  useLayoutEffect(() => { session.edited = changed ? { base, form } : null; });
  const save = async (event) => {
    event.preventDefault();
    setSaving(true);
    try {
      const next = rulesOf(form);
      await session.saveRules(next);
      setBase(next);
      setForm(formOf(next));
      notify(t("moderate.rules_saved"));
    } catch (error) {
      notify(faultText(error));
    } finally {
      setSaving(false);
    }
  };
  return html`
    <form class="rules" onSubmit=${save}>
      <p class="quiet">${t("moderate.rules_text")}</p>
      ${Object.keys(AXES).map((axis) => html`<${Axis} key=${axis} axis=${axis} level=${form.levels[axis] ?? 0}
        onChange=${(level) => change({ levels: { ...form.levels, [axis]: level } })} />`)}
      <label class="field"><span>${t("moderate.slow")}</span>
        <select class="input" value=${String(form.slow_seconds)} onChange=${(event) => change({ slow_seconds: Number(event.target.value) })}>
          ${[...new Set([...SLOW_SECONDS, form.slow_seconds])].sort((one, other) => one - other).map((seconds) => html`
            <option key=${seconds} value=${String(seconds)}>${seconds === 0 ? t("moderate.slow_off") : t("moderate.slow_each", { time: clockTime(seconds) })}</option>`)}
        </select></label>
      <label class="check"><input type="checkbox" checked=${form.emotes_only} onChange=${(event) => change({ emotes_only: event.target.checked })} />
        <span>${t("moderate.emotes_only")}</span></label>
      <${List} name="allowed_sites" form=${form} change=${change} example="soundcloud.com" />
      <${List} name="blocked_words" form=${form} change=${change} />
      ${changed && !same(rules, base) && html`<p class="rules-clash" role="status">${t("moderate.rules_clash")}</p>`}
      <div class="rules-ways">
        <button type="submit" class="button" disabled=${!changed || saving}>${t("moderate.save")}</button>
        <button type="button" class="button button-quiet" disabled=${!changed || saving} onClick=${revert}>${t("moderate.revert")}</button>
      </div>
    </form>`;
}

function Axis({ axis, level, onChange }) {
  return html`
    <fieldset class="axis">
      <legend>${t(`axis.${axis}`)}</legend>
      <div class="segmented axis-levels">
        ${LEVELS.map((each) => html`
          <label key=${each} data-chosen=${each === level}><input type="radio" class="unseen" name=${`axis-${axis}`} value=${each} checked=${each === level}
            onChange=${() => onChange(each)} />${t(`level.${each}`)}</label>`)}
      </div>
      <p class="quiet">${t(`axis.${axis}.means`)} ${level === 0 ? t("level.0.means") : t(`level.${AXES[axis]}.${level}`)}</p>
    </fieldset>`;
}

function List({ name, form, change, example = "" }) {
  return html`
    <div class="field"><label for=${name}>${t(`moderate.${name}`)}</label>
      <textarea id=${name} class="input" rows="3" spellcheck=${false} autocapitalize="none" placeholder=${example} aria-describedby=${`${name}-hint`}
        value=${form[name]} onInput=${(event) => change({ [name]: event.target.value })}></textarea>
      <p class="quiet" id=${`${name}-hint`}>${t(`moderate.${name}_text`)}</p></div>`;
}
