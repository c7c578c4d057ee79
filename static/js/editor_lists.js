// Lists go on by themselves: Enter begins the next point, Enter on an empty one ends the list; Tab moves a point in, Shift+Tab out.

import { isInCode, lines, replace } from "./editor_text.js";

const POINT = /^(\s*(?:> ?)*)(?:([-*+])|(\d{1,6})([.)]))( +\[[ xX]\])?( +)(.*)$/;
const QUOTE = /^(\s*(?:> ?)+)(.*)$/;
const IN = "  ";

function following(point) {
  const [, before, bullet, number, sign, box, space] = point;
  return before + (bullet ?? Number(number) + 1 + sign) + (box ? " [ ]" : "") + space;
}

// True where Enter was more than a new line.
export function goOn(area) {
  if (area.selectionStart !== area.selectionEnd || isInCode(area)) return false;
  const line = lines(area), at = area.selectionStart, point = POINT.exec(line.text), quote = point ? null : QUOTE.exec(line.text);
  if (!point && !quote) return false;
  const content = point ? point[7] : quote[2];
  if (!content.trim()) { replace(area, line.start, line.end, ""); return true; }
  if (at < line.end - content.length) return false;
  replace(area, at, at, `\n${point ? following(point) : quote[1]}`);
  return true;
}

// True where Tab belongs to the text: in a list or in code. Everywhere else it goes to the next field.
export function indent(area, outwards) {
  const line = lines(area), rows = line.text.split("\n");
  if (!isInCode(area) && !rows.every((row) => POINT.test(row))) return false;
  const moved = rows.map((row) => (outwards ? row.replace(/^(?: {1,2}|\t)/, "") : IN + row)).join("\n");
  if (moved === line.text) return outwards;
  const from = Math.max(0, area.selectionStart - line.start + (moved.split("\n")[0].length - rows[0].length));
  const to = Math.max(from, area.selectionEnd - line.start + (moved.length - line.text.length));
  replace(area, line.start, line.end, moved, from, to);
  return true;
}
