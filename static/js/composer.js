// The composer: tabs, the draft saved on the server a second after the last key, files, marks, preview.
// The text lives in the textarea; nothing here ever empties it, and an answer that redraws it takes over what was typed meanwhile.
import { merged } from "./merging.js";
import { post, token } from "./net.js";
import { open } from "./dialogs.js";
import { onKey } from "./keys.js";
import { say } from "./words.js";
import { toast } from "./toasts.js";

const PAUSE = 1000, RETRY = [3000, 8000, 20000];
let wantsFocus = false, timer = 0, tries = 0, saving = null, dirty = false, submitting = false;
let known = null, before = null;  // what the server has of the text; how the composer stood when its redrawn self came

const box = () => document.getElementById("composer");
const form = () => box()?.querySelector("form[data-draft]");
const area = () => form()?.querySelector("textarea");

function status(words, late = false) {
  const line = box()?.querySelector("[data-saved]");
  if (!line) return;
  line.textContent = words;
  line.classList.toggle("late", late);
}

async function save(options = {}) {
  clearTimeout(timer);
  const target = form();
  if (!target || !dirty || submitting) return saving;
  if (saving) { await saving.catch(() => {}); if (!dirty) return; }
  dirty = false;
  const body = new FormData();
  for (const name of ["text", "mode", "then"]) body.append(name, target.querySelector(`textarea[name=${name}], input[name=${name}]`)?.value ?? "");
  saving = post(target.dataset.draft, body, options).then((said) => {
    tries = 0;
    if (target === form()) known = body.get("text");
    if (!dirty) status(say("saved", { time: said.time }));
  }).catch((error) => {
    dirty = true;
    status(say("unsaved"), true);
    if (tries === 0) toast(error.message, "late");
    if (error.status !== 404 && error.status !== 403) timer = setTimeout(save, RETRY[Math.min(tries++, RETRY.length - 1)]);
  }).finally(() => { saving = null; });
  return saving;
}

/** Save now what waits to be saved; the request outlives the page. */
export function flush() { if (dirty) save({ keepalive: true }); }

function typed() {
  dirty = true;
  status(say("saving"));
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

function mark(kind) {
  const text = area();
  if (!text) return;
  const { selectionStart: from, selectionEnd: to } = text, picked = text.value.slice(from, to);
  const lines = (sign) => (picked || "").split("\n").map((line, n) => (typeof sign === "function" ? sign(n) : sign) + line).join("\n");
  const made = {
    bold: () => `**${picked}**`, italic: () => `*${picked}*`, quote: () => lines("> "), list: () => lines("- "), numbers: () => lines((n) => `${n + 1}. `),
    link: () => `[${picked || say("link")}](https://)`,
  }[kind]();
  text.focus();
  text.setRangeText(made, from, to, "end");
  if (!picked && (kind === "bold" || kind === "italic")) text.selectionStart = text.selectionEnd = text.selectionEnd - (kind === "bold" ? 2 : 1);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

async function attach(input) {
  const target = form(), list = box().querySelector("[data-files]"), limit = Number(input.dataset.limit);
  for (const line of list.querySelectorAll("[data-refused]")) line.remove();
  for (const file of [...input.files]) {
    if (file.size > limit) { toast(say("too_big", { name: file.name, limit: input.dataset.limitWords }), "late"); continue; }
    const body = new FormData();
    body.append("file", file);
    body.append("mode", target.elements.mode?.value ?? "reply");
    try {
      const answer = await fetch(input.dataset.attach, { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
      if (!answer.ok) throw new Error((await answer.text()).slice(0, 300) || say("failed"));
      list.insertAdjacentHTML("beforeend", await answer.text());
      window.htmx?.process(list);
    } catch (error) {
      const line = Object.assign(document.createElement("p"), { className: "errorlist", role: "alert", textContent: `${file.name}: ${error.message || say("failed")}` });
      line.dataset.refused = "";
      list.append(line);
    }
  }
  input.value = "";
}

async function preview(button) {
  await save();
  const dialog = document.getElementById("preview"), frame = dialog.querySelector("iframe");
  frame.src = `${button.href}${button.href.includes("?") ? "&" : "?"}at=${Date.now()}`;
  open(dialog);
}

const mode = () => form()?.elements.mode?.value ?? "";
const isOpen = (tab) => tab.getAttribute("aria-selected") === "true";

function focusEnd() {
  const text = area();
  if (!text) return;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}

function focusText(tab) {
  const wanted = box()?.querySelector(`[data-tab="${tab}"]`);
  if (!wanted) return false;
  if (isOpen(wanted)) area()?.focus();
  else wanted.click();
}

/** While the other tab is on its way, typing goes on and nothing can be sent: a note must not leave as a reply. */
function onItsWay(under) {
  form()?.setAttribute("aria-busy", String(under));
  for (const button of box()?.querySelectorAll("[name=then], [name=anyway], [data-main]") ?? []) if (button.type === "submit") button.disabled = under;
  if (under) focusEnd();
}

/** The composer has been drawn anew. What was typed since the server was asked is in nobody's answer but stays. */
function takeOver(was) {
  const text = area(), fresh = known = text?.value ?? "";
  if (!was || was.text === was.known) return;
  if (!text || (was.mode !== mode() && !was.asked)) {  // words for staff do not slip into a reply: they wait where they were written
    const body = new FormData(), words = merged(was.known, was.text, "");
    body.append("mode", was.mode);
    body.append("text", words);
    if (words) post(was.draft, body).then(() => toast(say("kept"))).catch((error) => toast(error.message, "late"));
    return;
  }
  text.value = merged(was.known, was.text, fresh);
  if (text.value === fresh) return;
  wantsFocus ||= was.focused;
  typed();
}

export function startComposer() {
  onKey("r", () => focusText("reply"));
  onKey("n", () => focusText("note"));
  document.addEventListener("input", (event) => { if (event.target === area()) typed(); });
  document.addEventListener("change", (event) => { if (event.target.matches("#composer input[type=file][data-attach]")) attach(event.target); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-md]");
    if (button) mark(button.dataset.md);
    const look = event.target.closest("a[data-preview]");
    if (look) { event.preventDefault(); preview(look); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== area() || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const kind = { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (kind) { event.preventDefault(); mark(kind); }
  });
  // a tab that is open already has nothing to ask for
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("#composer [data-tab]");
    if (!tab || !isOpen(tab)) return;
    event.preventDefault();
    event.stopPropagation();
    focusEnd();
  }, true);
  // sending, or changing between reply and note, saves through the form itself
  document.addEventListener("htmx:beforeRequest", (event) => {
    const asks = event.detail.elt;
    if (!asks.closest("#composer") || !asks.matches("form, [data-tab]")) return;
    clearTimeout(timer);
    submitting = true;
    known = area()?.value ?? null;
    if (asks.matches("[data-tab]")) onItsWay(true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const asks = event.detail.elt, tab = asks.matches?.("[data-tab]");
    if (!asks.closest?.("#composer") || !(tab || asks.matches("form"))) return;
    submitting = false;
    if (event.detail.xhr.status === 409) return;  // a reply that was stopped has been saved
    if (event.detail.successful && !asks.isConnected) return;  // its answer stands in its place
    if (tab && asks.isConnected) onItsWay(false);
    dirty = true;
    status(say("unsaved"), true);
    timer = setTimeout(save, PAUSE);
  });
  // who changed the tab or called a reply back goes on writing
  document.addEventListener("htmx:beforeSwap", (event) => {
    const asked = event.detail.requestConfig?.elt, old = event.detail.target?.querySelector?.("#composer textarea");
    const tab = Boolean(asked?.matches("[data-tab]"));
    if (event.detail.shouldSwap && (tab || asked?.querySelector("[data-undo]"))) wantsFocus = true;
    before = old && { text: old.value, known: known ?? old.defaultValue, mode: mode(), draft: form()?.dataset.draft, asked: tab, focused: document.activeElement === old };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!["composer", "ticket"].includes(event.target.id)) return;
    clearTimeout(timer);
    dirty = submitting = false;
    takeOver(before);
    before = null;
    if (wantsFocus) focusEnd();
    wantsFocus = false;
  });
  // another form leaves the page or draws it anew: what waits to be saved goes first
  document.addEventListener("submit", (event) => { if (event.target !== form()) flush(); else if (!window.htmx) submitting = true; }, true);
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  window.addEventListener("online", () => dirty && save());
  known = area()?.defaultValue ?? null;
  window.addEventListener("beforeunload", (event) => { if (dirty && !submitting && area()?.value.trim()) { flush(); event.preventDefault(); } });
}
