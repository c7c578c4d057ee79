// Live updates of an open page: by Socket.IO, and by asking every few seconds where a socket cannot be had. Every message has an id;
// after a break the page says the last one it knows, so that nothing is missing, and drops what it has seen, so that nothing comes twice.

import { startCountdowns } from "./countdown.js";
import { onMessage, showPresence, showUnread } from "./live_page.js";

const POLL_EVERY = 7000, HEARTBEAT_EVERY = 10000, FORGIVE_SOCKET_FOR = 4000, LEAVE_AFTER_HIDDEN = 5 * 60000, WRITING_FOR = 15000;

const data = document.body.dataset;
const question = Number(data.question) || null;
const signedIn = Boolean(data.userId);
const pageKey = (crypto.randomUUID?.() ?? String(Math.random()).slice(2).padEnd(8, "0")).slice(0, 35);
const known = new Set();
let lastId = data.lastEventId ? Number(data.lastEventId) : null;
let socket = null, polling = null, wroteAt = -Infinity, saidWriting = false;

function hear(message) {
  if (known.has(message.id)) return;
  known.add(message.id);
  if (lastId === null || message.id > lastId) lastId = message.id;
  if (message.kind === "notification") showUnread(message.unread);
  else if (message.kind === "presence") { if (message.question === question) showPresence(message, isWriting()); }
  else onMessage(message, question);
  document.dispatchEvent(new CustomEvent("live", { detail: message }));
}

// --- the socket ---

async function onConnect() {
  stopPolling();
  if (question) {
    const there = await socket.emitWithAck("watch", { question });
    if (lastId === null && there.last_id !== undefined) lastId = there.last_id;
    if (there.reading !== undefined) showPresence(there, isWriting());
  }
  let more = lastId !== null;
  while (more && socket.connected) {
    const resumed = await socket.emitWithAck("resume", { last_id: lastId });
    more = Boolean(resumed.more);
    if (resumed.last_id !== undefined) lastId = resumed.last_id;
  }
}

function openSocket() {
  socket = window.io({ transports: ["websocket"], reconnectionDelay: 1000, reconnectionDelayMax: 30000 });
  socket.on("event", hear);
  socket.on("connect", onConnect);
  socket.on("connect_error", startPolling);
  socket.on("disconnect", () => setTimeout(() => { if (!socket.connected && !document.hidden) startPolling(); }, 2000));
  // A proxy may swallow the handshake without a word.
  setTimeout(() => { if (!socket.connected) startPolling(); }, FORGIVE_SOCKET_FOR);
}

// --- without a socket ---

function startPolling() {
  if (polling !== null) return;
  polling = setInterval(poll, POLL_EVERY);
  poll();
  beat();
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

async function poll() {
  if (document.hidden) return;
  const wanted = new URLSearchParams();
  if (lastId !== null) wanted.set("after", lastId);
  if (question) wanted.set("question", question);
  try {
    const answer = await fetch(`/events?${wanted}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { events, last_id } = await answer.json();
    for (const message of events) hear(message);
    lastId = last_id;
  } catch {
    // Offline: the next turn asks again.
  }
}

// --- "2 are reading, 1 is writing" ---

const isWriting = () => performance.now() - wroteAt < WRITING_FOR;

async function beat() {
  if (!question || document.hidden) return;
  saidWriting = isWriting();
  if (socket?.connected) { socket.emit("presence", { question, writing: saidWriting }); return; }
  try {
    const answer = await fetch(`/questions/${question}/presence`, { method: "POST", body: form({ page: pageKey, writing: Number(saidWriting) }) });
    if (answer.ok) showPresence(await answer.json(), saidWriting);
  } catch {
    // Offline.
  }
}

function form(fields) {
  const body = new URLSearchParams(fields);
  const token = document.querySelector("input[name=csrf_token]");
  if (token) body.set("csrf_token", token.value);
  return body;
}

function onInput(event) {
  if (!event.target.closest("textarea")) return;
  wroteAt = performance.now();
  if (!saidWriting) beat();
}

function onVisibility() {
  clearTimeout(onVisibility.leaving);
  if (document.hidden) onVisibility.leaving = setTimeout(() => socket?.disconnect(), LEAVE_AFTER_HIDDEN);
  else { if (socket && !socket.connected) socket.connect(); beat(); if (polling !== null) poll(); }
}

function leave() {
  if (question && !socket?.connected) navigator.sendBeacon(`/questions/${question}/presence`, form({ page: pageKey, left: 1 }));
}

// Who has the question open has read what the inbox says of it.
function markRead() {
  const unread = document.querySelector("[data-unread]");
  if (signedIn && question && unread && Number(unread.dataset.unread)) fetch("/inbox/read", { method: "POST", body: form({ question }) }).catch(() => {});
}

startCountdowns();
if (question || signedIn) {
  if (window.io) openSocket(); else startPolling();
  document.addEventListener("input", onInput);
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("pagehide", leave);
  setInterval(beat, HEARTBEAT_EVERY);
  setTimeout(markRead, 1500);
}
