// Relative times stay true while the page stands open. The words are those of the server (base/templatetags/ui.py).
import { say } from "./phrases.js";

const LATE = 4 * 3600, SOON = 2 * 3600;

export function duration(seconds) {
  let minutes = Math.floor(Math.max(seconds, 0) / 60);
  if (minutes < 1) return say("moment");
  if (minutes < 60) return say("min", { n: minutes });
  let hours = Math.floor(minutes / 60);
  minutes %= 60;
  if (hours < 24)
    return minutes ? say("hm", { h: hours, m: String(minutes).padStart(2, "0") }) : say("h", { h: hours });
  const days = Math.floor(hours / 24);
  hours %= 24;
  return hours && days < 10 ? say("dh", { d: days, h: hours }) : say("d", { d: days });
}

// The server's clock, not the reader's: a laptop that is five minutes off must not make a promise look broken.
const skew = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;
export const serverNow = () => Date.now() + skew;

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function freshen(root = document) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const seconds = (serverNow() - Date.parse(time.dateTime)) / 1000;
    if (time.dataset.time === "waited") {
      put(time, duration(seconds));
      time.classList.toggle("late", seconds >= LATE);
      time.classList.toggle("soon", seconds >= SOON && seconds < LATE);
    } else if (seconds < -60) put(time, say("in", { duration: duration(-seconds) }));
    else put(time, seconds < 60 ? say("now") : say("ago", { duration: duration(seconds) }));
  }
}

function countDown() {
  for (const left of document.querySelectorAll("[data-leaves]")) {
    const seconds = Math.ceil((Date.parse(left.dataset.leaves) - serverNow()) / 1000);
    put(left, seconds > 0 ? say("leaves_in", { n: seconds }) : say("leaving"));
    const undo = left.closest("[data-undo-box]")?.querySelector("[data-undo]");
    if (undo && seconds <= 0) undo.hidden = true;
  }
}

export function startTimes() {
  setInterval(freshen, 20_000);
  setInterval(countDown, 500);
  document.addEventListener("visibilitychange", () => document.hidden || freshen());
  document.addEventListener("htmx:afterSwap", () => { freshen(); countDown(); });
  countDown();
}
