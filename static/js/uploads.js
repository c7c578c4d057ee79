// Sends files while somebody writes. Where a file will stand its place is held in the text; a line under the text shows how far it is.

const LARGE = 2_500_000, LONGEST_SIDE = 2560;  // bytes; pixels, as the server keeps them
const waiting = new Map();  // form -> set of files on their way
const inBrackets = (text) => text.replace(/[[\]\n\\]/g, " ").trim();
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
let number = 0;

export function sendAll(files, text, box) {
  for (const file of files) new Upload(file, text, box).start();
}

// A photo of a phone has ten times the bytes that will be kept: it is made smaller here where the browser can.
async function smaller(file) {
  if (file.size < LARGE || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file), scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await canvas.convertToBlob({ type: "image/webp", quality: 0.9 });
    return made.size < file.size ? made : file;
  } catch {
    return file;
  }
}

class Upload {
  constructor(file, text, box) {
    [this.file, this.text, this.box, this.say] = [file, text, box, box.dataset];
    this.name = inBrackets(file.name || "file");
    this.place = `![${this.words("sending")} ${++number}]()`;
  }

  words(which) {
    return this.say[which].replace("{name}", this.name);
  }

  tell(sentence) {
    this.box.querySelector("[role=status]").textContent = sentence;
  }

  async start() {
    this.form = this.text.form;
    if (!waiting.has(this.form)) waiting.set(this.form, new Set());
    waiting.get(this.form).add(this);
    this.holdPlace();
    this.showProgress();
    this.tell(this.words("sending"));
    const file = await smaller(this.file);
    if (!this.isCancelled) this.send(file);
  }

  // In a paragraph of its own, after what is marked: nothing that was typed is replaced.
  holdPlace() {
    const { value, selectionEnd: at } = this.text;
    const before = value.slice(0, at), after = value.slice(at);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    this.text.setRangeText(`${gap}${this.place}${after.startsWith("\n") ? "" : "\n\n"}`, at, at, "end");
    this.changed();
  }

  changed() {
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  replace(old, made) {
    const from = this.text.value.indexOf(old);
    if (from >= 0) this.text.setRangeText(made, from, from + old.length, "preserve");
    else if (made) this.text.setRangeText(`\n\n${made}`, this.text.value.length, this.text.value.length, "preserve");
    this.changed();
  }

  send(file) {
    const call = (this.call = new XMLHttpRequest()), body = new FormData();
    body.append("file", file, this.file.name || "file");
    call.upload.addEventListener("progress", ({ loaded, total }) => { this.progress.value = loaded / total; });
    call.upload.addEventListener("load", () => this.progress.removeAttribute("value"));  // the server is at work
    call.addEventListener("load", () => this.onAnswer());
    call.addEventListener("error", () => this.fail(this.words("failed")));
    call.open("POST", this.say.url);
    for (const [name, value] of Object.entries(this.headers())) call.setRequestHeader(name, value);
    call.responseType = "json";
    call.send(body);
  }

  headers() {
    return { Accept: "application/json", "X-CSRFToken": this.form?.elements.csrf_token?.value ?? "" };
  }

  onAnswer() {
    const { status, response } = this.call;
    if (status === 200 && response?.address) this.done(response);
    else if (status === 400 || status === 401) this.fail(this.say.out);
    else this.fail(response?.title ?? this.words("failed"));
  }

  done({ address, kind, label }) {
    this.address = address;
    this.alt = inBrackets(label);
    this.replace(this.place, this.markdown(kind));
    this.end();
    this.tell(this.words("sent"));
    const parts = [this.button(this.say.undo, () => this.takeBack())];
    if (kind === "image") parts.unshift(this.description());
    this.line.replaceChildren(this.title(), ...parts);
  }

  markdown(kind) {
    return `${kind === "image" ? "!" : ""}[${this.alt}](${this.address})`;
  }

  description() {
    const label = document.createElement("label"), field = document.createElement("input");
    field.value = this.alt;
    field.addEventListener("input", (event) => {
      event.stopPropagation();
      const old = this.markdown("image");
      this.alt = inBrackets(field.value);
      if (this.text.value.includes(old)) this.replace(old, this.markdown("image"));
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) event.preventDefault(); });
    label.append(this.say.describe, field);
    return label;
  }

  takeBack() {
    const shown = new RegExp(`!?\\[[^\\]]*\\]\\(${escaped(this.address)}\\)\\n{0,2}`, "g");
    this.text.value = this.text.value.replace(shown, "");
    this.changed();
    this.tell(this.words("takenBack"));
    this.leave();
    const name = this.address.split("/").pop();
    fetch(`${this.say.url}/${name}/forget`, { method: "POST", headers: this.headers() }).catch(() => {});  // a day later it goes anyway
  }

  cancel() {
    this.isCancelled = true;
    this.call?.abort();
    this.replace(this.place, "");
    this.end();
    this.leave();
  }

  fail(sentence) {
    this.replace(this.place, "");
    this.end();
    const said = document.createElement("p");
    said.className = "error";
    said.setAttribute("role", "alert");
    said.textContent = sentence;
    this.line.replaceChildren(this.title(), said, this.button(this.say.close, () => this.leave()));
  }

  end() {
    waiting.get(this.form).delete(this);
    this.onEnd?.();
  }

  // --- its line ---

  showProgress() {
    this.line = document.createElement("li");
    this.progress = document.createElement("progress");
    this.progress.max = 1;
    this.progress.value = 0;
    this.progress.ariaLabel = this.words("sending");
    this.line.append(this.title(), this.progress, this.button(this.say.cancel, () => this.cancel()));
    this.box.querySelector(".attach-list").append(this.line);
  }

  title() {
    const title = document.createElement("b");
    title.textContent = this.name;
    return title;
  }

  button(words, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet small";
    button.textContent = words;
    button.ariaLabel = `${words}: ${this.name}`;
    button.addEventListener("click", act);
    return button;
  }

  leave() {
    this.line.remove();
    this.text.focus();
  }
}

// A form that is sent too early waits for its files, and no other script hears of it before.
document.addEventListener("submit", async (event) => {
  const form = event.target, files = waiting.get(form);
  if (!files?.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const [first] = files;
  first.tell(first.say.wait);
  await Promise.all([...files].map((each) => new Promise((done) => { each.onEnd = done; })));
  if (!form.querySelector(".attach-list .error")) form.requestSubmit(event.submitter);
}, true);
