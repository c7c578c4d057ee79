// A list of suggestions under a field, for the editor's names and for tags: the field keeps the focus, the arrow keys choose.

let count = 0;

export class OptionList {
  // `onChoose(option)` gets the element; `label` names the list for a screen reader.
  constructor(field, label, onChoose) {
    this.field = field;
    this.onChoose = onChoose;
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `options-${++count}`, className: "options", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.list.addEventListener("mousedown", (event) => event.preventDefault());  // the focus stays in the field
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option);
    });
    field.after(this.list);
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return !this.list.hidden;
  }

  get active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  show(html, { first = false } = {}) {
    this.list.innerHTML = html;
    const options = this.options();
    options.forEach((option, at) => { option.id = `${this.list.id}-${at}`; option.setAttribute("aria-selected", "false"); });
    this.list.hidden = !options.length;
    this.list.style.top = `${this.field.offsetTop + this.field.offsetHeight + 4}px`;
    this.tell();
    if (first && options.length) this.mark(options[0]);
  }

  close() {
    if (!this.isOpen) return;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.tell();
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  tell() {
    if (this.field.getAttribute("role") === "combobox") this.field.setAttribute("aria-expanded", this.isOpen);
    this.field.removeAttribute("aria-activedescendant");
  }

  mark(option) {
    for (const each of this.options()) each.setAttribute("aria-selected", each === option);
    this.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    this.close();
    this.onChoose(option);
  }

  // True where the key was for the list.
  onKey(event) {
    if (!this.isOpen) return false;
    const options = this.options(), at = options.indexOf(this.active);
    if (event.key === "ArrowDown") this.mark(options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp") this.mark(options[(at > 0 ? at : options.length) - 1]);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active && !event.shiftKey) this.choose(this.active);
    else return false;
    event.preventDefault();
    return true;
  }
}

// An input method writes letters that are not meant yet; some say so by the code of the key alone.
export const isComposing = (event) => event.isComposing || event.keyCode === 229;
