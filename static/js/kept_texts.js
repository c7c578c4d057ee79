// What this browser keeps of forms: the copy that stands when the server is away, when a session has ended, and for visitors.
// Each person of this browser has texts of their own; what a visitor wrote is found again after signing in.

const PREFIX = "huzhu-draft:";
const KEEP_DAYS = 180;  // as long as the server keeps a draft
const key = (name, whose = document.body.dataset.userId) => `${PREFIX}${whose}:${name}`;

function read(place) {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    return kept && Date.now() - kept.at < KEEP_DAYS * 86_400_000 ? kept : null;
  } catch {
    return null;
  }
}

function write(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;  // A full or forbidden storage must not disturb the writing.
  }
}

function remove(place) {
  try {
    localStorage.removeItem(place);
  } catch {
    // Forbidden: then there is nothing in it either.
  }
}

// {at, typed, base, writer, saved}: when, the fields, the server's draft that they were written on, the page's key, whether the server has them.
export function kept(name) {
  const own = read(key(name)), visitors = document.body.dataset.userId ? read(key(name, "")) : null;
  if (own || !visitors) return own;
  write(key(name), visitors);
  remove(key(name, ""));
  return visitors;
}

export const keep = (name, text) => write(key(name), text);

export function forget(name) {
  remove(key(name));
  remove(key(name, ""));
}

// Texts that another one stands in front of, until somebody presses which of them to keep: [{at, typed}]
export const others = (name) => read(`${key(name)}:others`)?.texts ?? [];

export function keepOthers(name, texts) {
  if (texts.length) write(`${key(name)}:others`, { at: Date.now(), texts });
  else remove(`${key(name)}:others`);
}

export function forgetOld() {
  try {
    for (const place of Object.keys(localStorage)) if (place.startsWith(PREFIX) && !read(place)) remove(place);
  } catch {
    // Forbidden.
  }
}
