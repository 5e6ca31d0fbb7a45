// Hands a link on: by the system's own sheet where fingers point, else by the clipboard.

import { copyText } from "./shell.js";

export async function share(url, title) {
  if (navigator.share === undefined || !matchMedia("(pointer: coarse)").matches) {
    await copyText(url);
    return;
  }
  try {
    await navigator.share({ url, title });
  } catch {
    // The person closed the sheet.
  }
}
