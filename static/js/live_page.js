// What a live message changes on the page. Text is fetched from the server, which asks once more who may read it; nothing that is being
// read is moved: new things wait behind a button until the reader wants them.

const words = document.getElementById("live-words")?.dataset ?? {};
const me = Number(document.body.dataset.userId) || null;
const waiting = new Map();  // what the button will load, by its key
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
  if (!answer.ok) throw new Error(answer.status);
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

// {key, text, answer, isNew, question, page}
function offer(what) {
  waiting.set(what.key, what);
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "button primary live-bar";
    button.addEventListener("click", loadAll);
    document.body.append(button);
  }
  button.textContent = what.text;
}

const MOST_AT_ONCE = 100;  // answers in one request, as app/web/answers.py gives them

// All that waits is asked for together: a hundred answers that arrived are one request.
async function loadAll() {
  const wanted = [...waiting.values()];
  waiting.clear();
  button.remove();
  button = null;
  if (wanted.some(({ page }) => page)) { location.reload(); return; }
  const arrived = [...wanted].filter(({ isNew }) => isNew).map(({ answer }) => answer);
  try {
    await loadQuestion(wanted.some(({ question }) => question));
    const answers = [...new Set(wanted.map(({ answer }) => answer).filter(Boolean))];
    for (let from = 0; from < answers.length; from += MOST_AT_ONCE) await loadAnswers(answers.slice(from, from + MOST_AT_ONCE));
  } catch {
    for (const each of wanted) offer(each);  // offline: it still waits
    return;
  }
  document.dispatchEvent(new Event("fragment"));
  showFirst(arrived);
}

function showFirst(arrived) {
  const first = [...document.querySelectorAll("#answer-list > article")].find(({ dataset }) => arrived.includes(Number(dataset.answer)));
  if (!first) return;
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  first.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

async function loadAnswers(ids) {
  const fresh = await fetchHtml(`/questions/${document.body.dataset.question}/answers/fragment?ids=${ids}`);
  const heading = document.getElementById("answers"), counted = fresh.getElementById("answers");
  if (heading && counted) heading.textContent = counted.textContent;  // in the reader's language, which only the server writes
  for (const answer of fresh.querySelectorAll("article[data-answer]:not(article article)")) {
    const old = document.getElementById(answer.id);
    if (old) renew(old, answer);
    else document.getElementById("answer-list")?.append(answer);
  }
}

async function loadQuestion(isWanted) {
  if (!isWanted) return;
  const fresh = await fetchHtml(`/questions/${document.body.dataset.question}/fragment`);
  renew(document.getElementById("question"), fresh.getElementById("question"));
  const title = document.querySelector(".question-head h1"), named = fresh.querySelector("h1");
  if (title && named) title.textContent = named.textContent;
}

// What the post says and what is said under it. The forms stay: somebody may be writing in one.
export function renew(old, fresh) {
  if (old.querySelector("form[data-keep]")) {
    const place = `comments-${old.id === "question" ? `question-${document.body.dataset.question}` : old.id}`;
    for (const part of [":scope > .prose", ":scope > .version > .prose", ":scope > .post-head", ":scope > .post-marks", `#${place}`]) {
      const there = old.querySelector(part), now = fresh.querySelector(part);
      if (there && now) there.replaceWith(now);
      else if (now && !part.includes(".version")) old.querySelector(":scope > .post-head").before(now);
      else there?.remove();
    }
  } else old.replaceWith(fresh);
}

// --- one function a kind ---

const isShown = (answer) => document.getElementById(`answer-${answer}`);

function answerPosted({ answer }) {
  if (isShown(answer) || waiting.has(`new-${answer}`)) return;
  const n = [...waiting.values()].filter(({ isNew }) => isNew).length + 1;
  offer({ key: `new-${answer}`, text: counted(words.newOne, words.new, n), answer, isNew: true });
}

function commentPosted(message) {
  if (message.by === me || document.getElementById(`comment-${message.comment}`)) return;
  offerPost(message.answer, words.comment);
}

const postEdited = (message) => offerPost(message.answer, words.changed);

// An answer on another page of the thread is of no concern here.
function offerPost(answer, text) {
  if (!answer) offer({ key: "question", text, question: true });
  else if (isShown(answer)) offer({ key: `answer-${answer}`, text, answer });
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
  if (document.body.dataset.liveReload?.split(" ").includes(message.kind)) offer({ key: "page", text: words.changed, page: true });
  if (message.question === question && question) KINDS[message.kind]?.(message);
}
