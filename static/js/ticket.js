// The ticket: keys, folded originals, pictures on a click, the poll's answers.
import { onKey } from "./keys.js";
import { startComposer, flush } from "./composer.js";

const go = (name) => () => { const link = document.querySelector(`a[data-step="${name}"]`); if (!link) return false; link.click(); };
onKey("j", go("next"));
onKey("k", go("previous"));
onKey("u", () => { const undo = [...document.querySelectorAll("[data-undo]")].filter((one) => !one.hidden).pop(); if (!undo) return false; undo.click(); });

// the original mail comes only when somebody asks for it, in its own frame
document.addEventListener("toggle", (event) => {
  const frame = event.target.open && event.target.querySelector?.("iframe[data-src]");
  if (!frame) return;
  frame.src = frame.dataset.src;
  delete frame.dataset.src;
  frame.addEventListener("load", () => {
    try { frame.height = String(Math.min(frame.contentDocument.documentElement.scrollHeight + 8, 1200)); } catch { /* a frame that may not be measured keeps its height */ }
  });
}, true);
document.addEventListener("click", (event) => {
  const pictures = event.target.closest("[data-pictures]");
  if (!pictures) return;
  const frame = pictures.closest("details")?.querySelector("iframe");
  if (frame) { frame.src = pictures.dataset.pictures; pictures.hidden = true; }
});

// a ticket somebody reads tells its colleagues so, and stops telling them when the tab is in the background
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("[data-poll]")) return;
  if (document.hidden) { event.preventDefault(); return; }
  const turns = document.getElementById("turns");
  if (turns) event.detail.parameters.after = turns.dataset.upto;
  const text = document.querySelector("#composer textarea")?.value.trim();
  event.detail.parameters.doing = text && document.activeElement?.closest("#composer") ? "writing" : "reading";
});

// what came while the page stood open: the newest event is what the composer has now been shown
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const upto = event.detail.target?.matches?.("[data-new-upto]") ? event.detail.target.dataset.newUpto : null;
  if (upto) document.getElementById("turns")?.setAttribute("data-upto", upto);
});

// leaving for the next ticket or the queue: what was typed in the last second is saved first
document.addEventListener("click", (event) => { if (event.target.closest("a[href]")) flush(); }, true);
startComposer();
