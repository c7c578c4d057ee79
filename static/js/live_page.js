// What a live message changes on the page. Text is fetched from the server, which asks once more who may read it; nothing that is being
// read is moved: new things wait behind a button until the reader wants them.

const words = document.getElementById("live-words")?.dataset ?? {};
const me = Number(document.body.dataset.userId) || null;
const waiting = new Map();  // what the button will load: key -> function
let button = null;

export function showUnread(count) {
  for (const badge of document.querySelectorAll("[data-unread]")) {
    badge.dataset.unread = count;
    badge.textContent = count.toLocaleString(document.documentElement.lang || undefined);
  }
}

const counted = (one, many, n) => (n === 1 ? one : many.replace("{n}", n));

export function showPresence({ reading, writing }, iWrite) {
  const line = document.getElementById("presence");
  if (!line) return;
  const readers = Math.max(0, reading - (iWrite ? 0 : 1)), writers = Math.max(0, writing - (iWrite ? 1 : 0));
  const parts = [];
  if (readers) parts.push(counted(words.readingOne, words.reading, readers));
  if (writers) parts.push(counted(words.writingOne, words.writing, writers));
  line.textContent = parts.join(words.and);
}

async function fetchHtml(address) {
  const answer = await fetch(address);
  if (!answer.ok) return null;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}

let refreshing = null;
export function refreshState(question) {
  clearTimeout(refreshing);
  refreshing = setTimeout(async () => {
    const fresh = await fetchHtml(`/questions/${question}/state/fragment`).catch(() => null);
    const place = document.getElementById("state");
    if (fresh && place) place.replaceChildren(fresh);
  }, 150);
}

// --- the button at the foot of the page ---

function offer(key, text, load) {
  waiting.set(key, load);
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "button primary live-bar";
    button.addEventListener("click", loadAll);
    document.body.append(button);
  }
  button.textContent = text;
}

async function loadAll() {
  const loads = [...waiting.values()];
  waiting.clear();
  button.remove();
  button = null;
  let first = null;
  for (const load of loads) first = (await load()) ?? first;
  await recountAnswers();
  if (first) {
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}

function answerFragment(message) {
  return fetchHtml(`/questions/${message.question}/answers/${message.answer}/fragment`);
}

async function addAnswer(message) {
  if (document.getElementById(`answer-${message.answer}`)) return null;
  const fresh = await answerFragment(message);
  if (!fresh) return null;
  document.getElementById("answer-list")?.append(fresh);
  document.dispatchEvent(new Event("fragment"));
  return document.getElementById(`answer-${message.answer}`);
}

// The heading counts in the reader's language, which only the server writes.
async function recountAnswers() {
  const fresh = await fetchHtml(location.pathname).catch(() => null);
  const heading = document.getElementById("answers"), counted = fresh?.getElementById("answers");
  if (heading && counted) heading.textContent = counted.textContent;
}

async function replaceAnswer(message) {
  const fresh = await answerFragment(message);
  if (fresh) document.getElementById(`answer-${message.answer}`)?.replaceWith(fresh);
  document.dispatchEvent(new Event("fragment"));
  return null;
}

function reload(fragment) {
  if (fragment) location.hash = fragment;
  location.reload();
}

// --- one function a kind ---

function answerPosted(message) {
  if (document.getElementById(`answer-${message.answer}`)) return;
  const n = [...waiting.keys()].filter((key) => key.startsWith("new-answer-")).length + 1;
  offer(`new-answer-${message.answer}`, counted(words.newOne, words.new, n), () => addAnswer(message));
}

function commentPosted(message) {
  if (message.by === me || document.getElementById(`comment-${message.comment}`)) return;
  const load = message.answer ? () => replaceAnswer(message) : () => reload(`comment-${message.comment}`);
  offer(message.answer ? `answer-${message.answer}` : "question", words.comment, load);
}

function postEdited(message) {
  if (message.answer && !document.getElementById(`answer-${message.answer}`)) return;
  offer(message.answer ? `answer-${message.answer}` : "question", words.changed, message.answer ? () => replaceAnswer(message) : () => reload());
}

function voteChanged(message) {
  const score = document.querySelector(`[data-vote="${CSS.escape(message.post)}"] [data-score]`);
  if (score) score.textContent = message.score.toLocaleString(document.documentElement.lang || undefined);
}

const KINDS = {
  "answer.posted": answerPosted,
  "comment.posted": commentPosted,
  "post.edited": postEdited,
  "vote.changed": voteChanged,
  "question.state": (message) => refreshState(message.question),
};

export function onMessage(message, question) {
  // A list that says so in its body tag (data-live-reload="case.changed") offers to load itself anew.
  if (document.body.dataset.liveReload?.split(" ").includes(message.kind)) offer("page", words.changed, () => reload());
  if (message.question === question && question) KINDS[message.kind]?.(message);
}
