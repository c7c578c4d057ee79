// The text of one editor: changes that the browser's own undo takes back. A textarea whose value is set by a script forgets its undo.

// Puts `text` in place of what stands from `start` to `end`; then selects from `selectFrom` to `selectTo`, counted in `text`.
export function replace(area, start, end, text, selectFrom = text.length, selectTo = selectFrom) {
  area.focus();
  area.setSelectionRange(start, end);
  const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
  if (!done) {
    area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(start + selectFrom, start + selectTo);
}

export const insert = (area, text) => replace(area, area.selectionStart, area.selectionEnd, text);

export const selected = (area) => area.value.slice(area.selectionStart, area.selectionEnd);

// With an empty line before and after, as a block of its own.
export function insertBlock(area, text, selectFrom = text.length, selectTo = selectFrom) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const before = value.slice(0, start), after = value.slice(end);
  const above = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const below = !after || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  replace(area, start, end, above + text + below, above.length + selectFrom, above.length + selectTo);
}

// The whole lines that the selection touches.
export function lines(area) {
  const { value, selectionStart, selectionEnd } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const last = selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd;
  const next = value.indexOf("\n", last), end = next < 0 ? value.length : next;
  return { start, end, text: value.slice(start, end) };
}

// Whether the caret stands in a fenced block of code.
export function isInCode(area) {
  const fences = area.value.slice(0, area.selectionStart).match(/^ {0,3}(?:```|~~~)/gm);
  return Boolean(fences && fences.length % 2);
}
