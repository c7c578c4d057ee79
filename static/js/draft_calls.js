// What the forms ask of the server: save, discard; and a new token where this page's session has ended meanwhile.

const token = (page) => page.querySelector("input[name=csrf_token]")?.value ?? "";
const headers = () => ({ Accept: "application/json", "X-CSRFToken": token(document) });

export function saveDraft({ name, version, writer }, typed, more = {}) {
  const body = JSON.stringify({ fields: typed, version, writer });
  return fetch(`/drafts/${name}`, { method: "PUT", headers: { ...headers(), "Content-Type": "application/json" }, body, ...more });
}

export function discardDraft({ name, version, writer }) {
  const body = new URLSearchParams({ draft_version: version, submission: writer });
  return fetch(`/drafts/${name}/discard`, { method: "POST", headers: headers(), body });
}

// {status, told, wait}: 0 where nobody answered; `told` is the answer's JSON, `wait` the milliseconds that it asks for.
export async function ask(call) {
  try {
    let answer = await call();
    if ([400, 401].includes(answer.status) && (await renewToken())) answer = await call();
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    // A page in its place (of a proxy, of the door) has saved nothing.
    return { status: told ? answer.status : 0, told, wait: Number(answer.headers.get("Retry-After")) * 1000 };
  } catch {
    return { status: 0, told: null, wait: 0 };
  }
}

// After signing in again in another tab this page's token is of a session that has ended. Another person gets none of this page's texts.
async function renewToken() {
  const answer = await fetch("/drafts");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || !token(page) || page.body.dataset.userId !== document.body.dataset.userId) return false;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token(page);
  return true;
}
