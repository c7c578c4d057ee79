// An editor comes to life: toolbar, keys, lists, paste, names, preview. Loaded by editor_begin.js when somebody may write soon.

import { Completion } from "./editor_complete.js";
import { goOn, indent } from "./editor_lists.js";
import { paste } from "./editor_paste.js";
import { Preview } from "./editor_preview.js";
import { Toolbar } from "./editor_toolbar.js";
import { isComposing } from "./option_list.js";

const open = new WeakSet();
let tools = null;

// The buttons in the reader's language, once for all editors of the page; the words of a selection that is empty are their data.
async function fetchTools() {
  const answer = await fetch("/editor/tools").catch(() => null);
  const holder = document.createElement("template");
  if (answer?.ok && !answer.redirected) holder.innerHTML = await answer.text();
  const found = holder.content.querySelector("[data-words]");
  if (!found) tools = null;  // the next editor asks again
  return found;
}

export async function openEditor(area) {
  if (open.has(area)) return;
  open.add(area);
  const editor = area.closest(".editor"), found = await (tools ??= fetchTools()), words = found?.dataset ?? {};
  const parts = { area, completion: new Completion(area, words), toolbar: null, leaves: false, asWords: false };
  if (editor) {
    new Preview(editor, area);
    const bar = editor.querySelector("[data-toolbar-for]");
    if (bar && found) {
      bar.replaceChildren(...found.cloneNode(true).children);
      parts.toolbar = new Toolbar(bar, area, words);
      describe(area, bar.querySelector(".visually-hidden"));
    }
    area.addEventListener("paste", (event) => paste(area, event, parts.asWords));
  }
  area.addEventListener("keydown", (event) => onKey(parts, event));
  area.addEventListener("keyup", (event) => { parts.asWords = event.shiftKey; });
}

function describe(area, hint) {
  hint.id = `${area.id}-keys`;
  area.setAttribute("aria-describedby", [area.getAttribute("aria-describedby"), hint.id].filter(Boolean).join(" "));
}

function onKey(parts, event) {
  if (isComposing(event) || event.defaultPrevented) return;
  parts.asWords = event.shiftKey;
  if (parts.completion.onKey(event) || parts.toolbar?.onKey(event)) return;
  const { area } = parts, isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    area.form.requestSubmit(area.form.querySelector("button[type=submit]:not([formaction])"));
  } else if (parts.toolbar && event.key === "Enter" && isPlain && !event.shiftKey) {
    if (goOn(area)) event.preventDefault();
  } else if (parts.toolbar && event.key === "Tab" && isPlain && !parts.leaves) {
    if (indent(area, event.shiftKey)) event.preventDefault();
  }
  parts.leaves = event.key === "Escape" || (parts.leaves && event.key === "Shift");  // Escape, then Tab leaves a list, too
}
