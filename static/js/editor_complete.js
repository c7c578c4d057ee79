// Names after an @, pictures after a colon. Nothing is offered while an input method is at work: its letters are not meant yet.

import { replace } from "./editor_text.js";
import { isComposing, OptionList } from "./option_list.js";

const WAIT = 120;  // milliseconds
const NAME = /(?<![A-Za-z0-9._/-])@([\p{L}\p{N}_.·-]{0,30})$/u;
const PICTURE = /(?<![\p{L}\p{N}:/])[:：](\p{Script=Han}{1,6}|[a-z][a-z+_-]{1,20})$/u;

export class Completion {
  constructor(area, words) {
    this.area = area;
    this.known = new Map();  // what was asked -> the options
    this.list = new OptionList(area, words.suggestions ?? "", (option) => this.take(option));
    area.addEventListener("compositionstart", () => { this.composing = true; this.end(); });
    area.addEventListener("compositionend", () => { this.composing = false; this.look(); });
    area.addEventListener("input", (event) => { if (!event.isComposing && !this.composing) this.look(); });
    area.addEventListener("click", () => this.end());
  }

  onKey(event) {
    if (isComposing(event) || this.composing) return false;
    if (this.list.onKey(event)) return true;
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) this.end();
    return false;
  }

  end() {
    clearTimeout(this.waiting);
    this.asked = null;
    this.list.close();
  }

  look() {
    const { value, selectionStart, selectionEnd } = this.area;
    const before = selectionStart === selectionEnd ? value.slice(Math.max(0, selectionStart - 40), selectionStart) : "";
    const name = NAME.exec(before), picture = name ? null : PICTURE.exec(before), found = name ?? picture;
    if (!found) { this.end(); return; }
    this.from = selectionStart - found[0].length;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.offer(name ? "name" : "picture", found[1]), WAIT);
  }

  async offer(kind, text) {
    const asked = this.asked = `${kind}:${text}`;
    if (!this.known.has(asked)) this.known.set(asked, await (kind === "name" ? this.people(text) : pictures(text)));
    if (this.asked !== asked || this.composing) return;  // somebody has gone on typing
    this.list.show(this.known.get(asked), { first: Boolean(text) });
    this.list.list.style.top = `${lineBelow(this.area, this.from)}px`;
  }

  async people(text) {
    const thread = this.area.dataset.thread ?? document.body.dataset.question ?? "";
    const answer = await fetch(`/editor/people?${new URLSearchParams({ q: text, question: thread })}`).catch(() => null);
    return answer?.ok && !answer.redirected ? answer.text() : "";
  }

  take(option) {
    const { insert } = option.dataset, next = this.area.value[this.area.selectionStart];
    replace(this.area, this.from, this.area.selectionStart, insert + (option.dataset.alone || next === " " ? "" : " "));
    this.asked = null;
  }
}

async function pictures(text) {
  const { options, search } = await import("./editor_emoji.js");
  return options(search(text).slice(0, 8));
}

// How far below the top of the editor the line of this letter ends: a copy of the text, up to there, is as high.
function lineBelow(area, at) {
  const copy = document.createElement("div"), style = getComputedStyle(area);
  for (const name of ["font", "lineHeight", "letterSpacing", "padding", "border", "width", "boxSizing", "overflowWrap"]) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", height: "auto", minHeight: "0" });
  copy.textContent = `${area.value.slice(0, at)}.`;
  area.after(copy);
  const below = area.offsetTop + Math.min(copy.offsetHeight - area.scrollTop, area.offsetHeight);
  copy.remove();
  return below;
}
