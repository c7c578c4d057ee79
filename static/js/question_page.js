// The question page where scripts run: links are copied, words are quoted, a post is edited in its place, and an address leads to what is
// folded or stands on another page of the thread. Without scripts each of these is a plain link.

import { renew } from "./live_page.js";

const words = document.getElementById("question-words").dataset;
const POST = ".comment, .post";
const OWN_TEXT = ":scope > .prose, :scope > .version > .prose";
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;

// --- where the address leads ---

function reach() {
  const name = decodeURIComponent(location.hash.slice(1));
  const place = name && document.getElementById(name);
  if (!place) {
    const far = /^(answer|comment)-(\d+)$/.exec(name);
    if (far && !sessionStorage.getItem(location.href)) { sessionStorage.setItem(location.href, "1"); location.replace(`/${far[1]}s/${far[2]}`); }
    return;
  }
  let isFolded = false;
  for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) { isFolded ||= !box.open; box.open = true; }
  if (isFolded) place.scrollIntoView();
}

// --- share ---

async function share(link) {
  const url = link.href, onPhone = matchMedia("(pointer: coarse)").matches;
  if (onPhone && navigator.share) { await navigator.share({ url, title: document.title }).catch(() => {}); return; }
  await navigator.clipboard.writeText(url);
  say(link, words.copied);
}

function say(link, text) {
  const said = document.createElement("span");
  said.className = "soft small";
  said.role = "status";
  link.after(said);
  said.textContent = text;
  setTimeout(() => said.remove(), 4000);
}

// --- quote ---

let chosen = null;  // what was selected last, and in which post: a press on the link may take the selection away
document.addEventListener("selectionchange", () => {
  const selection = getSelection(), node = selection.anchorNode;
  const prose = (node?.nodeType === 1 ? node : node?.parentElement)?.closest(OWN_TEXT.replaceAll(":scope", ".post"));
  if (selection.isCollapsed || !prose) return;
  chosen = { post: prose.closest(".post"), text: selection.toString(), at: Date.now() };
});

function quote(link) {
  const post = link.closest(".post"), area = document.querySelector("#your-answer textarea");
  const part = chosen?.post === post && !getSelection().isCollapsed ? chosen.text : post.querySelector(OWN_TEXT).innerText;
  const name = post.querySelector(".post-head .person > *")?.textContent ?? "";
  const quoted = part.trim().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
  insertBlock(area, `${words.wrote.replace("{name}", name)}\n\n${quoted}\n\n`);
}

// As if it were typed: the browser's undo takes it back, and the draft is kept.
function insertBlock(area, text) {
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  if (!document.execCommand("insertText", false, gap + text)) area.setRangeText(gap + text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.scrollIntoView({ block: "center" });
}

// --- edit in place ---

async function fetchPart(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "HX-Request": "true" }, redirect: "manual" });
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return { answer, part: holder.content };
}

async function edit(link) {
  const post = link.closest(POST), prose = post.querySelector(OWN_TEXT);
  if (post.querySelector(":scope > .edit-here")) return;
  const { answer, part } = await fetchPart(link.href);
  if (!answer.ok) { location.assign(link.href); return; }
  const box = document.createElement("div");
  box.className = "edit-here";
  box.append(part);
  prose.after(box);
  prose.hidden = true;
  begin(box, link);
}

function begin(box, link) {
  const form = box.querySelector("form");
  document.dispatchEvent(new Event("fragment"));
  form.elements.body.focus({ preventScroll: true });
  form.querySelector("[data-cancel]")?.addEventListener("click", (event) => { event.preventDefault(); close(box, link); });
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented && !event.submitter?.formAction.includes("/drafts/") && !event.submitter?.formTarget) save(event, box, link); });
}

function close(box, link) {
  const post = box.closest(POST);
  box.remove();
  post.querySelector(OWN_TEXT).hidden = false;
  document.dispatchEvent(new Event("fragment"));
  link.focus();
}

async function save(event, box, link) {
  event.preventDefault();
  const form = event.target;
  if (form.ariaBusy) return;
  form.ariaBusy = "true";
  const sent = await fetchPart(link.href, { method: "POST", body: new FormData(form) }).catch(() => null);
  form.ariaBusy = null;
  if (!sent) { form.submit(); return; }  // offline: the browser says so, and the text is kept
  if (sent.answer.status === 204) { await showSaved(box, link); return; }
  if (!sent.part.querySelector("form")) { form.submit(); return; }  // signed out meanwhile: the door
  box.replaceChildren(sent.part);
  begin(box, link);
}

async function showSaved(box, link) {
  const post = box.closest(POST), question = document.body.dataset.question, id = post.closest(".post").dataset.answer;
  const { part } = await fetchPart(id ? `/questions/${question}/answers/fragment?ids=${id}` : `/questions/${question}/fragment`);
  close(box, link);
  renew(post, part.getElementById(post.id));
  document.dispatchEvent(new Event("fragment"));
  document.getElementById(post.id).querySelector("[data-edit]")?.focus({ preventScroll: true });
}

const ACTS = { share, quote, edit };

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-share], a[data-quote], a[data-edit]");
  if (!link || !isPlain(event)) return;
  const act = Object.keys(ACTS).find((name) => name in link.dataset);
  if (act === "quote" && !document.querySelector("#your-answer textarea")) return;
  if (act === "share" && !navigator.share && !navigator.clipboard) return;
  event.preventDefault();
  ACTS[act](link);
});

addEventListener("hashchange", reach);
reach();
