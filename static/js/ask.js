// The form of a question: what the product asks and promises, tags as buttons, a calm word while title and text are short.

import { put } from "./tag_field.js";

const HAN = /[\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
// As app/kernel/letters.py: no space, nothing invisible, no mark that only changes the letter before it.
const NOTHING = /[\s\p{M}\p{Cf}\p{Cc}\p{Co}\p{Cs}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/u;

// Letters, with a Han character counted as `han` of them: app/domains/questions/writing.py.
export function weight(text, han) {
  const letters = [...text].filter((letter) => !NOTHING.test(letter)).length, hans = text.match(HAN)?.length ?? 0;
  return letters - hans + hans * han;
}

const form = document.querySelector("form[data-keep=ask]");

// --- what the product asks and promises ---

const guided = () => Object.fromEntries([...form.elements].filter(({ name }) => name.startsWith("guide-")).map(({ name, value }) => [name, value]));

let asked = 0;
async function showGuide() {
  const mine = ++asked, { product, kind, csrf_token: token } = form.elements;
  const sent = { product: product.value, kind: kind.value, csrf_token: token.value, ...form.waiting, ...guided() };
  const answer = await fetch("/questions/guide", { method: "POST", body: new URLSearchParams(sent) }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const holder = document.createElement("template"), typedMeanwhile = guided();
  holder.innerHTML = await answer.text();
  for (const id of ["promise", "guide"]) document.getElementById(id).replaceWith(holder.content.getElementById(id));
  for (const [name, text] of Object.entries(typedMeanwhile)) if (form.elements[name]) form.elements[name].value = text;
  form.waiting = {};
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function begin() {
  for (const name of ["product", "kind"]) form.elements[name].addEventListener("change", showGuide);
  form.addEventListener("refilled", showGuide);
  form.addEventListener("click", onTag);
  for (const hint of form.querySelectorAll("[data-quality-of]")) watch(hint, form.elements[hint.dataset.qualityOf]);
  // A browser that goes back, or what it kept, may have chosen another product than the server knew of.
  const isChosen = [...form.elements.product.options].some((option) => option.selected && option.value && !option.defaultSelected);
  if (isChosen || Object.keys(form.waiting ?? {}).length) showGuide();
}

// --- tags ---

function onTag({ target }) {
  const button = target.closest("[data-add-tag]"), { tags } = form.elements;
  if (!button) return;
  tags.setSelectionRange(tags.value.length, tags.value.length);
  if (tags.value && !/[\s,，、;；]$/.test(tags.value)) tags.setRangeText(" ", tags.value.length, tags.value.length, "end");
  put(tags, button.dataset.addTag);
  const next = button.nextElementSibling ?? tags;
  button.remove();
  next.focus();
}

// --- short is not wrong, only harder to answer: said after a pause, and no more once there is enough ---

const PAUSE = 1500;  // milliseconds

function watch(hint, field) {
  let waiting;
  const least = Number(field.dataset.least), han = Number(field.dataset.han);
  const tell = () => {
    const missing = least - weight(field.value, han), isHan = (field.value.match(HAN) ?? []).length > 0;
    const words = isHan ? hint.dataset.han : hint.dataset.latin;
    const sentence = field.value.trim() && missing > 0 ? words.replace("{n}", Math.ceil(missing / (isHan ? han : 1))) : "";
    if (hint.textContent !== sentence) hint.textContent = sentence;
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    if (least <= weight(field.value, han)) tell();
    else waiting = setTimeout(tell, PAUSE);
  });
  field.addEventListener("blur", tell);
}

if (form) begin();
