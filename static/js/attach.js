// Files for a text come by the button, by paste or by drop; what sends them is loaded with the first one.

const boxOf = (text) => document.querySelector(`[data-attach-to="${CSS.escape(text?.id ?? "")}"]`);
const holdsFiles = (moved) => Boolean(moved?.types.includes("Files"));

async function send(files, box) {
  const { sendAll } = await import("./uploads.js");
  sendAll(files, document.getElementById(box.dataset.attachTo), box);
}

document.addEventListener("change", ({ target }) => {
  const box = target.type === "file" && target.closest("[data-attach-to]");
  if (!box || !target.files.length) return;
  const files = [...target.files];
  target.value = "";  // or the form would send them a second time
  send(files, box);
});

// A copied table or page brings a picture of itself along: then its words are meant.
document.addEventListener("paste", (event) => {
  const text = event.target.closest?.("textarea[data-editor]"), box = boxOf(text), pasted = event.clipboardData;
  if (!box || event.defaultPrevented || !pasted?.files.length || pasted.types.includes("text/plain")) return;
  event.preventDefault();
  send([...pasted.files], box);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const editor = event.target.closest?.(".editor"), box = boxOf(editor?.querySelector("textarea[data-editor]"));
    if (!box || !holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    editor.classList.toggle("drop-here", name === "dragover");
    if (name === "drop") send([...event.dataTransfer.files], box);
  });
}
