// The field of tags, one after the other, offers those that exist while a name is typed.

import { isComposing, OptionList } from "./option_list.js";

const WAIT = 150;  // milliseconds
const open = new WeakSet();
const LAST = /[^\s,，、;；]*$/;

export function openTagField(field) {
  if (open.has(field)) return;
  open.add(field);
  const known = new Map();
  let composing = false, waiting, asked = null;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "false");
  const list = new OptionList(field, field.dataset.tags, (option) => put(field, option.dataset.insert));

  async function offer() {
    const text = LAST.exec(field.value.slice(0, field.selectionStart))[0];
    asked = text;
    if (!text) { list.close(); return; }
    if (!known.has(text)) {
      const answer = await fetch(`/editor/tags?${new URLSearchParams({ q: text })}`).catch(() => null);
      known.set(text, answer?.ok && !answer.redirected ? await answer.text() : "");
    }
    if (asked === text && !composing && document.activeElement === field) list.show(known.get(text));
  }
  const look = () => { clearTimeout(waiting); waiting = setTimeout(offer, WAIT); };

  field.addEventListener("compositionstart", () => { composing = true; asked = null; list.close(); });
  field.addEventListener("compositionend", () => { composing = false; look(); });
  field.addEventListener("input", (event) => { if (!event.isComposing && !composing) look(); });
  field.addEventListener("keydown", (event) => { if (!isComposing(event) && !composing) list.onKey(event); });
}

// Into the place of the word at the caret; a blank behind it begins the next one.
export function put(field, name) {
  const at = field.selectionStart ?? field.value.length, word = LAST.exec(field.value.slice(0, at))[0];
  field.setRangeText(`${name} `, at - word.length, at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
