// Codes of moderation in words.

import { t } from "../shared/i18n.js";

/** Why the filter stopped at a message: an axis, or a rule. */
export function reasonName(code) {
  return t(`axis.${code}`, {}, t(`rule.${code}`, {}, code.replaceAll("_", " ")));
}

/** What went wrong when something was asked of the server. */
export function faultText(error) {
  const general = t(`error.${error.code}`, {}, t("chat.deed_failed"));
  return t(`deed.fault.${error.code}`, {}, t(`moderate.fault.${error.code}`, {}, general));
}
