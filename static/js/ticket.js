// The ticket: keys, folded originals, pictures on a click, the poll's answers.
import { onKey } from "./keys.js";
import { startComposer, flush } from "./composer.js";
import { serverNow } from "./times.js";

const go = (name) => () => {
  const link = document.querySelector(`a[data-step="${name}"]`);
  if (!link) return false;
  link.click();
};
onKey("j", go("next"));
onKey("k", go("previous"));
onKey("u", () => {
  const undo = [...document.querySelectorAll("[data-undo]")].filter((one) => !one.hidden).pop();
  if (!undo) return false;
  undo.click();
});

// the original mail comes only when somebody asks for it, in its own frame
document.addEventListener(
  "toggle",
  (event) => {
    const frame = event.target.open && event.target.querySelector?.("iframe[data-src]");
    if (!frame) return;
    frame.src = frame.dataset.src;
    delete frame.dataset.src;
    frame.addEventListener("load", () => {
      try {
        frame.height = String(Math.min(frame.contentDocument.documentElement.scrollHeight + 8, 1200));
      } catch {
        /* a frame that may not be measured keeps its height */
      }
    });
  },
  true,
);
document.addEventListener("click", (event) => {
  const pictures = event.target.closest("[data-pictures]");
  if (!pictures) return;
  const frame = pictures.closest("details")?.querySelector("iframe");
  if (frame) { frame.src = pictures.dataset.pictures; pictures.hidden = true; }
});

// a ticket somebody reads tells its colleagues so, and stops telling them when the tab is in the background
const upto = () => document.getElementById("upto"), AWAKE = 60_000;
let touched = Date.now();
for (const sign of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove"])
  addEventListener(sign, () => { touched = Date.now(); }, { passive: true });
let asked = "0";
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("[data-poll]")) return;
  if (document.hidden) { event.preventDefault(); return; }
  event.detail.parameters.after = asked = upto()?.dataset.upto ?? "0";
  event.detail.parameters.people = upto()?.dataset.people ?? "-";
  const text = document.querySelector("#composer textarea"), form = text?.form;
  for (const name of ["mode", "key", "revision"]) if (form) event.detail.parameters[name] = form.elements[name].value;
  event.detail.parameters.idle = Date.now() - touched < AWAKE ? "no" : "yes";
  event.detail.parameters.doing = text?.value.trim() && document.activeElement === text ? "writing" : "reading";
});

// Who comes back to the page sees at once what it says now; so does who waits for a reply to leave.
const look = () => {
  const poll = document.querySelector("[data-poll]");
  if (poll) window.htmx?.trigger(poll, "look");
};
document.addEventListener("visibilitychange", () => document.hidden || look());
let leaving = 0;
document.addEventListener("htmx:afterSwap", () => {
  const leaves = [...document.querySelectorAll("[data-leaves]")]
    .map((one) => Date.parse(one.dataset.leaves) - serverNow())
    .filter((wait) => wait > 0);
  clearTimeout(leaving);
  if (leaves.length) leaving = setTimeout(look, Math.min(...leaves) + 2500);
});

// An answer of ours drew the thread anew while the poll was under way: what the poll brings stands there
// already, or comes with the next one.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt.matches("[data-poll]") && asked !== upto()?.dataset.upto)
    event.detail.shouldSwap = false;
});

// What came while the page stood open counts as seen once it was on screen for three seconds. Until then a reply
// stops and shows it.
let newest = upto()?.dataset.upto, since = Date.now();
setInterval(() => {
  const mark = upto(),
    last = document.querySelector("#entries > :last-child"),
    form = document.querySelector("#composer form");
  if (!mark || !last || !form) return;
  const place = last.getBoundingClientRect();
  if (mark.dataset.upto !== newest || document.hidden || place.top > innerHeight - 60 || place.bottom < 0) {
    newest = mark.dataset.upto;
    since = Date.now();
  } else if (Date.now() - since > 3000 && Number(form.elements.seen.value) < Number(newest)) {
    form.elements.seen.value = newest;
    if (mark.dataset.answers) form.elements.upto.value = mark.dataset.answers;
  }
}, 1000);

// a message longer than the window opens at its beginning: nobody reads from the end
const talk = document.querySelector(".talk");
const tall = (one) => one && talk && one.offsetHeight > Math.min(talk.clientHeight, innerHeight) - 40;
const newestTurn = [...document.querySelectorAll("#entries > .msg")].pop(),
  firstNew = document.getElementById("unread");
if (!location.hash && (firstNew || tall(newestTurn))) {
  const from = firstNew ?? newestTurn;
  if (from.getBoundingClientRect().top < talk.getBoundingClientRect().top) from.scrollIntoView({ block: "start" });
}

// on a phone the page itself scrolls: it opens at the newest message too, and shows what has just been sent
const phone = matchMedia("(max-width: 860px)");
const toNewest = (mark) => {
  const to = mark ?? document.querySelector("#entries > :last-child");
  to?.scrollIntoView({ block: tall(to) ? "start" : "center" });
};
if (phone.matches && !location.hash) toNewest(document.getElementById("unread"));
document.addEventListener("htmx:afterSwap", (event) => {
  if (phone.matches && event.target.id === "ticket") toNewest();
});

// leaving for the next ticket or the queue: what was typed in the last second is saved first
document.addEventListener("click", (event) => { if (event.target.closest("a[href]")) flush(); }, true);
startComposer();
