// One form whose text is kept. Where two texts differ, both stay until somebody presses which one to go on with.

import { ask, discardDraft, saveDraft } from "./draft_calls.js";
import { forget, keep, keepOthers, kept, others } from "./kept_texts.js";

const KEEP_AFTER = 300, SAVE_AFTER = 1200, SAVE_AT_LEAST_EVERY = 8000;  // milliseconds
const FIRST_RETRY = 2000, LAST_RETRY = 30000, WAIT_FOR_SAVE = 2000;
const words = document.getElementById("draft-words");
const say = words?.dataset ?? {};
const NEVER = ["hidden", "password", "submit", "button", "file"];
const TEXTS = ["title", "body", "tags", "comment", "about", "note", "quote", "release", "reason"];
const isText = (name) => TEXTS.includes(name) || name.startsWith("guide-");
const clock = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "medium" });

// --- the fields of a form ---

const isKept = (form, { name, type }) => name && (!NEVER.includes(type) || (name === "base_version" && form.dataset.keep.startsWith("edit-")));
const fieldsOf = (form) => [...form.elements].filter((field) => isKept(form, field));
const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "y" : "") : field.value);
// `waiting`: what is kept for fields that come with the product that was chosen (ask.js).
const waitingIn = (form) => Object.entries(form.waiting ?? {}).filter(([name]) => !form.elements[name]);
const isChosen = (field) => field.type !== "radio" || field.checked;
const typedIn = (form) => Object.fromEntries([...waitingIn(form), ...fieldsOf(form).filter(isChosen).map((field) => [field.name, valueOf(field)])]);

// What the server wrote; after going back a browser may have put in what stood there before.
function renderedValueOf(field) {
  if (field.type === "checkbox") return field.defaultChecked ? "y" : "";
  if (field.type === "radio") return field.value;
  if (field.options) return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
  return field.defaultValue;
}
const wasChosen = (field) => field.type !== "radio" || field.defaultChecked;
const renderedIn = (form) => Object.fromEntries(fieldsOf(form).filter(wasChosen).map((field) => [field.name, renderedValueOf(field)]));

// What a text was written on is no part of it.
const same = (one, other) => Object.keys(one).every((name) => name === "base_version" || one[name] === (other[name] ?? ""));
const textsOf = (typed) => Object.keys(typed).filter(isText).map((name) => typed[name]).filter((text) => text?.trim());
const isBlank = (typed) => !textsOf(typed).length;

export class KeptForm {
  constructor(form) {
    this.form = form;
    this.name = form.dataset.keep;
    this.mark = form.elements.draft_version;  // visitors have none: their texts stay in the browser
    this.writer = form.elements.submission?.value ?? "";
    this.version = Number(this.mark?.value) || 0;
    this.at = Date.parse(this.mark?.dataset.savedAt) || Date.now();
    this.newest = null;  // the version of another device's text, while nobody has chosen
    this.retryAfter = FIRST_RETRY;
    form.addEventListener("input", () => this.onInput());
    form.addEventListener("submit", (event) => this.onSubmit(event));
    this.onPress("[data-draft-save]", () => this.saveNow());
    this.onPress("[data-draft-discard]", () => this.discard());
    this.recall();
  }

  button(selector) {
    return this.form.querySelector(selector);
  }

  onPress(selector, act) {
    this.button(selector)?.addEventListener("click", (event) => { event.preventDefault(); act(); });
  }

  // --- what this browser kept, beside what the server shows ---

  recall() {
    const local = kept(this.name), shown = typedIn(this.form), rendered = renderedIn(this.form);
    this.saved = this.version ? rendered : shown;  // what the server has
    this.others = others(this.name).filter(({ typed }) => !same(shown, typed));
    const goesOn = local && !local.saved && (local.base === this.version || (local.writer && local.writer === this.mark?.dataset.writer));
    if (this.mark && "refused" in this.mark.dataset) this.saved = null;  // what was just sent is newer than any copy
    else if (local && same(shown, local.typed)) { if (goesOn) this.saved = rendered; }
    else if (goesOn) {
      this.fill(local, Boolean(this.version));
      this.begun = local.typed;
      if (!this.mark) this.tell("here", say.here);
    }
    else if (local && !(local.saved && this.version)) this.setAside(local);
    else if (this.version && !same(shown, rendered)) this.setAside({ typed: rendered, at: this.at });
    this.showChoice();
    if (this.isUnsaved()) this.soon(SAVE_AFTER);
  }

  // `whole`: also what is empty; else that stays which the link to this page has filled in.
  fill({ typed, at }, whole) {
    for (const field of fieldsOf(this.form)) {
      const text = typed[field.name];
      if (text === undefined || (!text && !whole)) continue;
      if (field.type === "checkbox") field.checked = Boolean(text);
      else if (field.type === "radio") field.checked = field.value === text;
      else field.value = text;
    }
    const comesLater = Object.entries(typed).filter(([name, text]) => name.startsWith("guide-") && text && !this.form.elements[name]);
    this.form.waiting = Object.fromEntries(comesLater);
    this.form.dispatchEvent(new Event("refilled"));
    this.at = at;
    const box = this.form.closest("details");
    if (box && !isBlank(typed)) box.open = true;
  }

  isUnsaved() {
    const typed = typedIn(this.form);
    return !isBlank(typed) && !(this.saved && same(typed, this.saved));
  }

  // Whether leaving could lose something: what the server is to have and has not, or what this browser could not keep.
  isAtRisk() {
    return !this.isSent && this.form.isConnected && this.isUnsaved() && (Boolean(this.mark) || !this.keepHere());
  }

  // --- typing, leaving, coming back ---

  onInput() {
    this.isSent = false;
    this.at = Date.now();
    this.typedSince ??= this.at;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keepHere(), KEEP_AFTER);
    this.soon(Math.max(0, Math.min(SAVE_AFTER, this.typedSince + SAVE_AT_LEAST_EVERY - this.at)));
  }

  keepHere() {
    clearTimeout(this.keeping);
    const typed = typedIn(this.form);
    if (isBlank(typed) && !kept(this.name)) return true;
    const isKept = keep(this.name, { at: this.at, typed, base: this.version, writer: this.writer, saved: Boolean(this.mark) && !this.isUnsaved() });
    if (!this.mark && isKept) this.tell("here", say.here);
    return isKept;
  }

  // Its answer is nobody's: the writer's key tells the server that the next save is no conflict with this one.
  leave() {
    if (this.isSent || !this.isUnsaved()) return;
    this.keepHere();
    if (this.mark && this.newest === null) saveDraft(this, typedIn(this.form), { keepalive: true }).catch(() => {});
  }

  isBack() {
    this.isSent = false;
  }

  // Something else stands in its place now, which reads what is kept here.
  end() {
    clearTimeout(this.saving);
    clearTimeout(this.keeping);
    if (this.isUnsaved()) this.keepHere();
  }

  // A save that is still on its way would bring the draft back after the post has taken it.
  async onSubmit(event) {
    clearTimeout(this.saving);
    this.keepHere();
    if (!this.inFlight) { this.isSent = true; return; }
    event.preventDefault();
    await Promise.race([this.inFlight, new Promise((done) => setTimeout(done, WAIT_FOR_SAVE))]);
    this.inFlight = null;
    this.form.requestSubmit(event.submitter);
  }

  // --- the server ---

  soon(milliseconds) {
    if (!this.mark) return;
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), milliseconds);
  }

  async save() {
    clearTimeout(this.saving);
    while (this.inFlight) await this.inFlight;
    if (!this.mark || this.isSent || this.newest !== null || !this.isUnsaved()) return;
    this.keepHere();
    this.inFlight = this.put(typedIn(this.form));
    await this.inFlight;
    this.inFlight = null;
  }

  async put(typed) {
    this.typedSince = null;
    const { status, told, wait } = await ask(() => saveDraft(this, typed));
    if (status === 200) this.onSaved(typed, told);
    else if (status === 409) this.onConflict(told);
    else this.onRefused(status, told, wait);
  }

  onSaved(typed, { version, saved_at }) {
    this.version = this.mark.value = version;
    this.at = Date.parse(saved_at) || this.at;
    this.saved = typed;
    this.retryAfter = FIRST_RETRY;
    this.button("[data-draft-discard]").hidden = !version;
    this.keepHere();
    if (this.isUnsaved()) this.soon(SAVE_AFTER);
    this.tell("saved", say.saved);
  }

  onConflict({ fields, version, saved_at }) {
    const shown = fieldsOf(this.form).map(({ name }) => [name, fields[name] ?? ""]);
    const typed = { ...Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith("guide-"))), ...Object.fromEntries(shown) };
    if ([typedIn(this.form), this.begun].some((own) => own && same(typed, own))) { this.goOnFrom(typed, version); return; }
    this.newest = version;
    this.setAside({ typed, at: Date.parse(saved_at) });
    this.tell("here", say.here);
    this.showChoice();
  }

  // The server has what this form began with, or says already: sent by the page before this one as it was left.
  goOnFrom(typed, version) {
    this.version = this.mark.value = version;
    this.saved = typed;
    this.keepHere();
    if (this.isUnsaved()) this.soon(SAVE_AFTER);
    else this.tell("saved", say.saved);
  }

  onRefused(status, told, wait) {
    if (status === 401) this.tell("out", say.out);
    else if (status === 422 && told?.title) this.tell("refused", told.title);
    else this.tell("here", say.here);
    if ([404, 413, 422].includes(status)) return;  // the next letter tries again
    this.soon(wait || this.retryAfter);
    this.retryAfter = Math.min(LAST_RETRY, this.retryAfter * 2);
  }

  // --- the buttons ---

  saveNow() {
    if (isBlank(typedIn(this.form))) return;
    if (this.state === "discarded") this.saved = null;
    this.tell("", "");  // so that what comes next is said, also when it is the same
    if (this.newest !== null) this.tell("here", say.here);
    else if (this.isUnsaved()) this.save();
    else this.tell("saved", say.saved);
  }

  // The text stays in the form: that is how to take it back.
  async discard() {
    clearTimeout(this.saving);
    clearTimeout(this.keeping);
    while (this.inFlight) await this.inFlight;
    const { status, told } = await ask(() => discardDraft(this));
    if (status !== 200) { if (status === 409) this.onConflict(told); else this.tell("here", say.here); return; }
    this.version = this.mark.value = 0;
    this.saved = typedIn(this.form);
    forget(this.name);
    this.tell("discarded", say.discarded);
    this.button("[data-draft-save]").focus();
    this.button("[data-draft-discard]").hidden = true;
  }

  // --- two texts ---

  setAside({ typed, at }) {
    if (!isBlank(typed) && !this.others.some((other) => same(typed, other.typed))) this.others.push({ typed, at });
  }

  showChoice() {
    keepOthers(this.name, this.others);
    const place = this.button("[data-draft-choice]"), [other] = this.others;
    if (!place || !words) return;
    if (!other) { place.replaceChildren(); return; }
    const notice = words.content.cloneNode(true), alone = isBlank(typedIn(this.form));
    const use = notice.querySelector("[data-use-other]"), end = notice.querySelector("[data-keep-this]");
    const sentence = alone ? say.one : say.two;
    notice.querySelector("[data-says]").textContent = sentence.replace("{shown}", clock.format(this.at)).replace("{other}", clock.format(other.at));
    notice.querySelector("[data-other]").textContent = textsOf(other.typed).join("\n\n");
    if (alone) [use.textContent, end.textContent] = [say.use, say.drop];
    use.addEventListener("click", () => this.choose(true));
    end.addEventListener("click", () => this.choose(false));
    place.replaceChildren(notice);
  }

  // "Use the other one" turns them round, so that it can be pressed again; "keep this one" ends it.
  choose(useOther) {
    const other = this.others.shift(), mine = { typed: typedIn(this.form), at: this.at };
    if (useOther) {
      if (!isBlank(mine.typed)) this.others.unshift(mine);
      this.fill(other, true);
    }
    if (this.newest !== null) {
      this.version = this.mark.value = this.newest;
      this.newest = null;
      this.saved = useOther ? typedIn(this.form) : null;
    }
    this.keepHere();
    this.showChoice();
    this.save();
    (this.button("[data-keep-this]") ?? this.button("textarea")).focus();
  }

  // Said once for each turn of things, not at each letter.
  tell(state, sentence) {
    const place = this.button("[data-draft-status]");
    if (!place || this.state === state) return;
    this.state = place.dataset.draftStatus = state;
    place.textContent = sentence ?? "";
  }
}
