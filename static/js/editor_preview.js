// The text as it will look: beside it where there is room, below it elsewhere; drawn by the server with what will store it.

const WAIT = 500;  // milliseconds

export class Preview {
  constructor(editor, area) {
    Object.assign(this, { editor, area, button: editor.querySelector("[data-preview]"), shown: editor.querySelector(".editor-preview") });
    if (!this.button) return;
    this.button.setAttribute("aria-pressed", "false");
    this.button.setAttribute("aria-controls", this.shown.id);
    // Before htmx, which serves the button until this script is here.
    editor.addEventListener("click", (event) => {
      if (!event.target.closest("[data-preview]")) return;
      event.preventDefault();
      event.stopPropagation();
      this.turn();
    }, true);
    area.addEventListener("input", () => this.soon());
    area.addEventListener("scroll", () => this.follow());
  }

  get isOpen() {
    return this.editor.hasAttribute("data-beside");
  }

  turn() {
    const open = this.editor.toggleAttribute("data-beside");
    this.button.setAttribute("aria-pressed", String(open));
    if (open) this.draw();
    else this.shown.replaceChildren();
  }

  soon() {
    if (!this.isOpen) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.draw(), WAIT);
  }

  async draw() {
    this.asking?.abort();
    this.asking = new AbortController();
    const { form } = this.area, body = new URLSearchParams({ [this.area.name]: this.area.value, csrf_token: form.elements.csrf_token?.value ?? "" });
    const request = { method: "POST", body, headers: { "HX-Request": "true" }, signal: this.asking.signal };
    const answer = await fetch(this.button.formAction, request).catch(() => null);
    if (!answer?.ok || !this.isOpen) return;  // what is shown stays until there is something newer
    this.shown.innerHTML = await answer.text();
    this.follow();
  }

  // The same share of both is above the edge.
  follow() {
    const { area, shown } = this, room = area.scrollHeight - area.clientHeight;
    if (this.isOpen && room > 0) shown.scrollTop = (area.scrollTop / room) * (shown.scrollHeight - shown.clientHeight);
  }
}
