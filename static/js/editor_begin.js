// The editor's scripts come when somebody may write soon: an editor is near what is seen, or has the focus.

const FIELDS = "textarea[data-editor], textarea[data-mentions]";
const begin = (area) => import("./editor.js").then(({ openEditor }) => openEditor(area)).catch(() => {});  // offline: it stays a plain field

const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) if (isIntersecting) { watcher.unobserve(target); begin(target); }
}, { rootMargin: "300px" });

export function watchEditors() {
  for (const area of document.querySelectorAll("textarea[data-editor]")) watcher.observe(area);
  for (const field of document.querySelectorAll("input[data-tags]")) import("./tag_field.js").then(({ openTagField }) => openTagField(field)).catch(() => {});
}

document.addEventListener("focusin", ({ target }) => { if (target.matches?.(FIELDS)) begin(target); });

// Somebody quotes a post: {markdown, area}; without an area it goes into the answer.
document.addEventListener("quote", async ({ detail }) => {
  const area = detail.area ?? document.querySelector("#your-answer [data-editor]");
  if (!area) return;
  const { insertBlock } = await import("./editor_text.js");
  insertBlock(area, detail.markdown);
  area.scrollIntoView({ block: "center" });
});
