// What opens under a button of the toolbar: languages of code, pictures with a search. Escape goes back to the text.

import { pictureButtons, search } from "./editor_emoji.js";

const LANGUAGES = ["text", "bash", "powershell", "python", "javascript", "java", "c", "go", "php", "sql", "html", "css", "json", "yaml", "ini", "xml"];

function open(button, name, content) {
  const before = button.parentElement.querySelector(".editor-choices");
  before?.close();
  if (before?.opener === button) return null;
  const box = document.createElement("div");
  box.className = "editor-choices";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", name);
  box.append(...content);
  box.opener = button;
  box.close = () => { box.remove(); button.setAttribute("aria-expanded", "false"); };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); box.close(); button.focus(); }
    else arrows(box, event);
  });
  box.addEventListener("focusout", (event) => { if (event.relatedTarget && !box.contains(event.relatedTarget)) box.close(); });
  button.parentElement.append(box);
  button.setAttribute("aria-expanded", "true");
  return box;
}

function arrows(box, event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const isTyping = event.target.matches("input") && event.key !== "ArrowDown";
  if (!step || isTyping || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  const all = [...box.querySelectorAll("button")], at = all.indexOf(document.activeElement);
  all[(at + step + all.length) % all.length]?.focus();
}

export function openLanguages(button, words, onChoose) {
  const choices = LANGUAGES.map((language) => {
    const choice = document.createElement("button");
    Object.assign(choice, { type: "button", textContent: language === "text" ? words.plain : language, lang: "en" });
    if (language === "text") choice.removeAttribute("lang");
    choice.addEventListener("click", () => { box.close(); onChoose(language === "text" ? "" : language); });
    return choice;
  });
  const box = open(button, words.language, choices);
  choices[0].focus();
}

export function openPictures(button, words, onChoose) {
  const field = document.createElement("input"), grid = document.createElement("div");
  Object.assign(field, { type: "search", className: "input", placeholder: words.search, autocomplete: "off" });
  field.setAttribute("aria-label", words.search);
  field.setAttribute("enterkeyhint", "search");
  grid.className = "editor-pictures";
  const show = () => grid.replaceChildren(...pictureButtons(search(field.value), (picture) => { box.close(); onChoose(picture); }));
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();  // else it posts the form
    if (!event.isComposing && event.keyCode !== 229) grid.querySelector("button")?.click();
  });
  const box = open(button, words.pictures, [field, grid]);
  show();
  field.focus();
}
