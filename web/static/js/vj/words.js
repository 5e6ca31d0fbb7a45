// The show in words: what is on, what others changed, what went wrong.

import { t } from "../shared/i18n.js";

export const sceneName = (slug) => t(`scene.${slug}`, {}, slug);
export const paletteName = (slug) => t(`palette.${slug}`, {}, slug);

/** What somebody else changed: the one thing, or that it was several. */
export function changeText(names, settings) {
  if (names.length > 1 && !(names.length === 2 && names.includes("mode"))) return t("vj.changed.several");
  const name = names.find((each) => each !== "mode") ?? "mode";
  const value = { scene: settings.scene && sceneName(settings.scene), palette: settings.palette && paletteName(settings.palette) }[name];
  return value ? t(`vj.changed.${name}`, { value }) : t("vj.changed.other", { what: t(`vj.what.${name}`) });
}

/** Why there is nothing to set yet. */
export function waitText(state, problem) {
  if (state === "none") return t("vj.none");
  if (state === "unreachable") return t("vj.unreachable");
  if (problem === null) return t("vj.asking");
  return problem.status >= 500 ? t("vj.failing") : t(`error.${problem.code}`, {}, t("vj.failing"));
}

export function faultText(error) {
  return t(`vj.fault.${error.code}`, {}, t(`error.${error.code}`, {}, t("vj.fault.other")));
}
