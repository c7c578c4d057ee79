// Every [data-countdown] and [data-due] shows how long until its time: "1 d 4 h", "2 h 05 min", "3 min 20 s", "12 s".

const words = document.getElementById("live-words")?.dataset ?? {};

function left(seconds) {
  if (seconds <= 0) return words.overdue;
  const two = (n) => String(n).padStart(2, "0");
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24, minutes = Math.floor(seconds / 60) % 60;
  if (days) return `${days} ${words.day} ${hours} ${words.hour}`;
  if (hours) return `${hours} ${words.hour} ${two(minutes)} ${words.minute}`;
  if (minutes) return `${minutes} ${words.minute} ${two(seconds % 60)} ${words.second}`;
  return `${seconds} ${words.second}`;
}

function tick() {
  for (const place of document.querySelectorAll("[data-countdown], [data-due]")) {
    const at = Date.parse(place.dataset.due || place.getAttribute("datetime"));
    if (Number.isNaN(at)) continue;
    const text = left(Math.ceil((at - Date.now()) / 1000));
    if (place.textContent !== text) place.textContent = text;
  }
}

export function startCountdowns() {
  if (!words.second) return;
  tick();
  setInterval(tick, 1000);
}
