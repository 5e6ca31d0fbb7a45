// What the browser remembers between visits, or in one tab until it is closed. Private windows may
// refuse: then nothing is remembered.

const PREFIX = "djuv.";

export function recall(name, otherwise = null, { tab = false } = {}) {
  try {
    return (tab ? sessionStorage : localStorage).getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value, { tab = false } = {}) {
  try {
    const storage = tab ? sessionStorage : localStorage;
    if (value === null) storage.removeItem(PREFIX + name);
    else storage.setItem(PREFIX + name, value);
  } catch {
    // Storage is full or refused; the page works without it.
  }
}
