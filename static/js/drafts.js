// Nothing typed is lost: a form with data-keep="name" is kept in this browser until the server has taken it.
// Each person of this browser has drafts of their own; what a visitor wrote is found again after signing in.
const PREFIX = "huzhu-draft:";
const OWN = `${PREFIX}${document.body.dataset.userId}:`, VISITORS = `${PREFIX}:`;
const KEEP_DAYS = 14;

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !["hidden", "password", "submit", "file"].includes(field.type));
}

function store(form, key) {
  const typed = {};
  for (const field of fieldsOf(form)) typed[field.name] = field.value;
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), typed }));
  } catch {
    // A full or forbidden storage must not disturb the writing.
  }
}

function restore(form, name) {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(OWN + name) ?? localStorage.getItem(VISITORS + name));
  } catch {
    return;
  }
  if (!kept || Date.now() - kept.at > KEEP_DAYS * 86_400_000) return;
  for (const field of fieldsOf(form)) {
    const isEmpty = field.tagName === "SELECT" ? !field.value : !field.value.trim();
    if (isEmpty && kept.typed[field.name]) field.value = kept.typed[field.name];
  }
}

// The server names the draft that it has taken in a cookie; until then the text stays, whatever happens on the way.
const taken = document.cookie.split("; ").find((part) => part.startsWith("taken="));
if (taken) {
  const name = decodeURIComponent(taken.slice("taken=".length));
  for (const whose of [OWN, VISITORS]) localStorage.removeItem(whose + name);
  document.cookie = "taken=; max-age=0; path=/; samesite=lax";
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = OWN + form.dataset.keep;
  restore(form, form.dataset.keep);
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => store(form, key), 300);
  });
  form.addEventListener("submit", () => store(form, key));
}
