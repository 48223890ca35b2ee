// The queue by hand and by keys. Rows never move under the hand: what is new is counted above, and comes on a click.
import { onKey } from "./keys.js";

const rows = () => [...document.querySelectorAll("#rows tr[data-row]")];
let at = -1;

function choose(row) {
  for (const other of document.querySelectorAll("#rows tr[aria-current]")) other.removeAttribute("aria-current");
  if (!row) return;
  at = rows().indexOf(row);
  row.setAttribute("aria-current", "true");
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const focused = list.indexOf(document.activeElement?.closest?.("tr"));
  const from = focused >= 0 ? focused : at;
  choose(list[Math.min(Math.max(from + step, 0), list.length - 1)]);
}

const chosen = () => rows().find((row) => row.contains(document.activeElement)) ?? rows()[at];

onKey("j", () => move(1));
onKey("k", () => move(-1));
onKey("Enter", () => {
  if (document.activeElement?.closest("a, button, summary, input")) return false;
  const link = chosen()?.querySelector("a");
  if (!link) return false;
  link.click();
});
onKey("x", () => {
  const box = chosen()?.querySelector("input[type=checkbox]");
  if (!box) return false;
  box.click();
});

onKey("b", () => {
  const bar = document.getElementById("picked");
  if (!bar || bar.hidden) return false;
  bar.querySelector("button").focus();
});

// on a phone the tabs scroll sideways: the open one is in sight, and new counts leave them where the hand has put them
const tabs = () => document.getElementById("tabs");
let shifted = 0;
const toTab = () =>
  tabs()?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
toTab();
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.id === "tabs") shifted = event.detail.target.scrollLeft;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  if (shifted && tabs()) tabs().scrollLeft = shifted;
});

// picking: the bar at the foot says how many and offers what can be done with them
function count() {
  const bar = document.getElementById("picked");
  if (!bar) return;
  const picked = document.querySelectorAll("#rows input[name=pick]:checked").length;
  bar.hidden = picked === 0;
  bar.querySelector("[data-count]").textContent = String(picked);
  // with the whole page picked, all that match on the other pages are offered too
  const whole = bar.querySelector("[data-whole]");
  if (!whole) return;
  whole.hidden = picked === 0 || picked < rows().length;
  if (whole.hidden) whole.querySelector("input").checked = false;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]"))
    for (const box of document.querySelectorAll("#rows input[name=pick]")) box.checked = event.target.checked;
  if (event.target.matches("[data-pick-all], input[name=pick]")) count();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-unpick]")) {
    for (const box of document.querySelectorAll("#rows input[name=pick], [data-pick-all]")) box.checked = false;
    count();
  }
  // the whole row is a target for the mouse; its link stays the one for keyboard and screen reader
  const row = event.target.closest("#rows tr[data-row]");
  if (row && !event.target.closest("a, button, input, label, summary") && !getSelection().toString())
    row.querySelector("a")?.click();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "queue") { at = -1; count(); toTab(); }
});
count();
