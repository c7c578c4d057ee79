// The frame's behaviour on top of plain HTML: the theme changes without a reload, an open menu closes, "/" goes to the search box,
// times are in the zone of this device.
// Without this file the forms and <details> do the same, only with a reload or one more click.

const root = document.documentElement;

function show(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  // The bar of a phone's browser takes the colour of the header.
  const surface = getComputedStyle(root).getPropertyValue("--surface").trim();
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) { meta.content = surface; meta.removeAttribute("media"); }
}

async function chooseTheme(event) {
  const form = event.target.closest("form[data-theme-form]");
  const button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  const fields = new FormData(form, button);
  show(button.value);
  for (const other of form.querySelectorAll("button[aria-pressed]")) other.setAttribute("aria-pressed", String(other === button));
  try {
    // The answer is a redirect to this page: the cookie is set by then and nothing of the page is wanted.
    const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) location.reload();
  } catch {
    // Offline: the choice holds for this page and is not kept.
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
}

function onKey(event) {
  if (event.key === "Escape") {
    const open = document.querySelector("details[data-menu][open]");
    closeMenus();
    open?.querySelector("summary").focus();
  }
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.getElementById("site-search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
}

// Code and tables wider than the page scroll sideways; only what really scrolls becomes a stop of the Tab key.
function reachScrollers() {
  for (const box of document.querySelectorAll(".prose pre, .prose table, .steps, .tabs")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

reachScrollers();
addEventListener("resize", reachScrollers);
document.addEventListener("htmx:afterSettle", reachScrollers);
document.addEventListener("submit", chooseTheme);
document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
document.addEventListener("focusin", (event) => { if (!event.target.closest("details[data-menu]")) closeMenus(); });
document.addEventListener("keydown", onKey);

// The server writes times in the reader's zone: a visitor's browser says which one that is.
document.cookie = `timezone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;
