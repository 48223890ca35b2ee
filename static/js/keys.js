// Single keys. An element says which key presses it (data-key="r"); pages add what is no press (j, k, x).
// They can be switched off in the list of keys, for people who dictate (WCAG 2.1.4).
import { open } from "./dialogs.js";
import { toast } from "./toasts.js";
import { say } from "./phrases.js";

const OFF = "helpdesk.keys.off";
const GOES = { q: "queue", m: "mine", n: "notices" };
const own = new Map();
let leader = 0;

export const isOff = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };

/** A page's own key. The function gets the event. */
export function onKey(key, act) { own.set(key, act); }

const typing = (target) =>
  target.closest?.(
    "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]",
  );

function press(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (one) => !one.disabled && one.getClientRects().length,
  );
  if (!found) return false;
  if (found.matches("input:not([type=checkbox]), textarea, select")) {
    found.focus();
    found.select?.();
  } else found.click();
  return true;
}

export function startKeys() {
  const toggle = document.querySelector("[data-keys-toggle]");
  if (toggle) {
    toggle.checked = !isOff();
    toggle.addEventListener("change", () => {
      try {
        localStorage.setItem(OFF, toggle.checked ? "0" : "1");
      } catch {
        /* private window: for this page only */
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest?.("form");
      const main = form?.querySelector("[data-main]:not([disabled])");
      if (main) { event.preventDefault(); form.requestSubmit(main); }
      return;
    }
    if (event.key === "Escape" && typing(event.target) && !event.target.closest("dialog")) {
      event.target.blur();
      return;
    }
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      typing(event.target) ||
      document.querySelector("dialog[open]") ||
      isOff()
    )
      return;
    // the character first; on a Cyrillic layout the key's place says which one was meant
    const place = event.code.startsWith("Key")
      ? event.shiftKey
        ? event.code[3]
        : event.code[3].toLowerCase()
      : event.key;
    const key = /^[\x20-\x7e]$/.test(event.key) || event.key.length > 1 ? event.key : place;
    if (Date.now() < leader) {
      leader = 0;
      const digit = event.code.replace(/^(Digit|Numpad)(?=[1-9]$)/, ""); // on some layouts digits take Shift
      const way = document.querySelector(`[data-go="${GOES[key] ?? digit}"]`);
      if (way) { event.preventDefault(); way.click(); return; }
    }
    if (key === "g") {
      const ways = Object.entries(GOES)
        .map(([letter, name]) => [letter, document.querySelector(`[data-go="${name}"]`)])
        .filter(([, way]) => way);
      const views = document.querySelectorAll(".rail .view[data-go]").length;
      if (!ways.length && !views) return;
      leader = Date.now() + 3000;
      toast(
        say("goes", {
          ways: ways
            .map(
              ([letter, way]) => `${letter} ${way.getAttribute("aria-label") ?? way.querySelector("span").textContent}`,
            )
            .concat(views ? [say("views", { last: views > 1 ? `–${views}` : "" })] : [])
            .join(", "),
        }),
        "",
        { stays: 3000 },
      );
      return;
    }
    if (key === "?") { event.preventDefault(); open(document.getElementById("keys")); return; }
    const act = own.get(key);
    if (act) { if (act(event) !== false) event.preventDefault(); return; }
    if (key.length === 1 && press(key)) event.preventDefault();
  });
}
