// The toolbar: one stop of the Tab key, arrows inside. What a button does to the text stands in ACTIONS.

import { insert, insertBlock, lines, replace, selected } from "./editor_text.js";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

function wrap(area, sign, words) {
  const { value, selectionStart: start, selectionEnd: end } = area, text = selected(area), n = sign.length;
  const around = value.slice(start - n, start) === sign && value.slice(end, end + n) === sign;
  const isOther = n === 1 && value.slice(start - 2, start) === sign + sign;  // **bold** is not *italic*
  if (around && !isOther) replace(area, start - n, end + n, text, 0, text.length);
  else replace(area, start, end, sign + (text || words) + sign, n, n + (text || words).length);
}

// Puts a sign before each line, or takes it away where every line has one.
function prefix(area, signOf, pattern, words) {
  const { start, end, text } = lines(area), rows = (text || words).split("\n");
  const has = text && rows.every((row) => pattern.test(row));
  const changed = rows.map((row, at) => (has ? row.replace(pattern, "") : signOf(at) + row.replace(/^#{1,6} /, ""))).join("\n");
  const from = rows.length > 1 || has ? 0 : signOf(0).length;
  replace(area, start, end, changed, from, changed.length);
}

function link(area, words) {
  const text = selected(area), isAddress = /^https?:\/\/\S+$/.test(text);
  const label = isAddress || !text ? words.link : text, address = isAddress ? text : "https://";
  const at = isAddress || !text ? [1, 1 + label.length] : [label.length + 3, label.length + 3 + address.length];
  replace(area, area.selectionStart, area.selectionEnd, `[${label}](${address})`, ...at);
}

export function fence(area, language, words) {
  const text = selected(area) || words.code, ticks = "```";
  const from = ticks.length + language.length + 1;
  insertBlock(area, `${ticks}${language}\n${text}\n${ticks}`, from, from + text.length);
}

function table(area, words) {
  const head = `${words.column} 1`;
  insertBlock(area, `| ${head} | ${words.column} 2 |\n| --- | --- |\n|  |  |\n|  |  |`, 2, 2 + head.length);
}

function image(area, words) {
  const event = new CustomEvent("editor:image", { bubbles: true, cancelable: true });
  if (area.dispatchEvent(event)) replace(area, area.selectionStart, area.selectionEnd, `![${words.image}](https://)`, 2, 2 + words.image.length);
}

export const ACTIONS = {
  bold: (area, words) => wrap(area, "**", words.bold),
  italic: (area, words) => wrap(area, "*", words.italic),
  heading: (area, words) => prefix(area, () => "## ", /^#{1,6} /, words.heading),
  link,
  quote: (area, words) => prefix(area, () => "> ", /^> ?/, words.quote),
  list: (area, words) => prefix(area, () => "- ", /^[-*+] /, words.point),
  numbers: (area, words) => prefix(area, (at) => `${at + 1}. `, /^\d+[.)] /, words.point),
  mark: (area, words) => wrap(area, "`", words.code),
  table,
  image,
};

// {Ctrl: true, Shift: …} of a button's aria-keyshortcuts, "Control+Shift+8".
function keysOf(button) {
  const keys = (button.getAttribute("aria-keyshortcuts") ?? "").split("+");
  return { key: keys.at(-1), shift: keys.includes("Shift"), any: keys.length > 1 };
}

const pressed = (event, { key, shift, any }) => any && (isMac ? event.metaKey : event.ctrlKey) && !event.altKey && event.shiftKey === shift
  && (event.key.toLowerCase() === key.toLowerCase() || event.code === `Digit${key}` || event.code === `Key${key}` || (key === "." && event.code === "Period"));

export class Toolbar {
  constructor(bar, area, words) {
    Object.assign(this, { bar, area, words, buttons: [...bar.querySelectorAll("button[data-do]")] });
    this.buttons.forEach((button, at) => { button.tabIndex = at ? -1 : 0; });
    if (isMac) for (const button of this.buttons) macKeys(button);
    bar.addEventListener("keydown", (event) => this.onArrow(event));
    bar.addEventListener("mousedown", (event) => { if (event.target.closest("[data-do]")) event.preventDefault(); });  // the selection stays
    bar.addEventListener("click", (event) => { const button = event.target.closest("[data-do]"); if (button) this.run(button); });
    bar.hidden = false;
  }

  onArrow(event) {
    const at = this.buttons.indexOf(document.activeElement), last = this.buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.buttons.forEach((button, each) => { button.tabIndex = each === to ? 0 : -1; });
    this.buttons[to].focus();
  }

  // True where the keys are a button's.
  onKey(event) {
    const button = this.buttons.find((each) => pressed(event, keysOf(each)));
    if (!button) return false;
    event.preventDefault();
    this.run(button);
    return true;
  }

  async run(button) {
    const action = ACTIONS[button.dataset.do], { area, words } = this;
    if (action) { action(area, words); return; }
    if (button.dataset.do === "code" && selected(area) && !selected(area).includes("\n")) { ACTIONS.mark(area, words); return; }
    const { openLanguages, openPictures } = await import("./editor_choices.js");
    if (button.dataset.do === "code") openLanguages(button, words, (language) => fence(area, language, words));
    else openPictures(button, words, (picture) => insert(area, picture));
  }
}

function macKeys(button) {
  button.setAttribute("aria-keyshortcuts", (button.getAttribute("aria-keyshortcuts") ?? "").replace("Control", "Meta"));
  button.title = button.title.replace("Ctrl+", "⌘").replace("Shift+", "⇧");
}
