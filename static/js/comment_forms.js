// The form for a comment comes when somebody wants to write one, or has begun one in this browser. Without scripts its link leads to it.

import { kept, others } from "./kept_texts.js";

const isBegun = (name) => Boolean(kept(name)?.typed.body?.trim()) || others(name).length > 0;

// The form, in the link's place; null where the server gives none: to somebody who is signed out it shows the door.
async function open(link) {
  if (link.ariaBusy) return null;
  link.ariaBusy = "true";
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
  link.ariaBusy = null;
  if (!answer?.ok) return null;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const form = holder.content.querySelector("form[data-keep]");
  link.replaceWith(holder.content);
  document.dispatchEvent(new Event("fragment"));
  return form;
}

export function openBegun() {
  for (const link of document.querySelectorAll("a[data-comment-on]")) if (isBegun(`comment-${link.dataset.commentOn}`)) open(link);
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-comment-on]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.ariaBusy) return;
  const form = await open(link);
  if (form) form.elements.body.focus();
  else location.assign(link.href);
});
