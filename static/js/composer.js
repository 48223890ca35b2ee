// The composer: tabs, the draft saved on the server a second after the last key, marks, preview. Files: attach.js.
// The text lives in the textarea; nothing here ever empties it, and an answer that redraws it takes over
// what was typed meanwhile.
// Its form has a key, with which it is sent once, and the revision of the draft that it holds.
import { startFiles } from "./attach.js";
import { merged } from "./merging.js";
import { fresh as freshKey, post, toSignIn } from "./net.js";
import { open } from "./dialogs.js";
import { onKey } from "./keys.js";
import { say } from "./phrases.js";
import { over, toast } from "./toasts.js";
import { count, startCounting } from "./typing.js";

const PAUSE = 1000, RETRY = [3000, 8000, 20000];
let wantsFocus = false, timer = 0, tries = 0, saving = null, dirty = false, submitting = false, unsure = false;
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
  for (const [name, value] of new FormData(target))
    if (typeof value === "string" && name !== "csrfmiddlewaretoken") body.set(name, value);
  saving = post(target.dataset.draft, body, options)
    .then((said) => {
      tries = 0;
      if (target !== form()) return;
      known = body.get("text");
      target.elements.revision.value = said.revision ?? "";
      if (said.text !== undefined) takeIn(said.text);
      if (said.sent) leaveFor(said.at);
      else if (!dirty) status(said.time ? say("saved", { time: said.time }) : "");
      if (unsure && !said.sent) toast(say("not_sent"), "late", { until: "sent" });
      unsure = false;
    })
    .catch((error) => {
      dirty = true;
      status(say("unsaved"), true);
      if (tries === 0 && !unsure) toast(error.message, "late", { until: error.status ? "" : "line" });
      if (error.status !== 404 && error.status !== 403)
        timer = setTimeout(save, RETRY[Math.min(tries++, RETRY.length - 1)]);
    })
    .finally(() => {
      saving = null;
    });
  return saving;
}

/** Another hand has written into the draft: a tab of the same person, or the desk, which gave a reply back.
 * Both texts stay. */
function takeIn(fresh) {
  const text = area(), behind = text.value.length - text.selectionEnd;
  text.value = merged(known ?? "", text.value, fresh);
  known = fresh;
  if (document.activeElement === text)
    text.selectionStart = text.selectionEnd = Math.max(0, text.value.length - behind);
  if (text.value !== fresh) typed();
}

/** What the poll brought: the draft as it stands on the server, if this page still holds the one it was
 * compared with. */
export function takeDraft() {
  const own = document.getElementById("own-draft"),
    target = form();
  if (
    !own ||
    !target ||
    submitting ||
    saving ||
    own.dataset.mode !== mode() ||
    own.dataset.base !== target.elements.revision.value
  )
    return;
  target.elements.revision.value = own.dataset.revision;
  takeIn(own.textContent);
  if (!dirty) status("");
}

/** This form was sent, and the answer got lost: the page as it is now has the message, and a composer for the
 * next one. */
function leaveFor(address) {
  if (dirty) return save();
  submitting = true;
  location.assign(address ?? location.href);
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
  const { selectionStart: from, selectionEnd: to } = text,
    picked = text.value.slice(from, to);
  const lines = (sign) =>
    (picked || "")
      .split("\n")
      .map((line, n) => (typeof sign === "function" ? sign(n) : sign) + line)
      .join("\n");
  const made = {
    bold: () => `**${picked}**`,
    italic: () => `*${picked}*`,
    quote: () => lines("> "),
    list: () => lines("- "),
    numbers: () => lines((n) => `${n + 1}. `),
    link: () => `[${picked || say("link")}](https://)`,
  }[kind]();
  text.focus();
  text.setRangeText(made, from, to, "end");
  count(form(), "inserted", made.length - picked.length);
  if (!picked && (kind === "bold" || kind === "italic"))
    text.selectionStart = text.selectionEnd = text.selectionEnd - (kind === "bold" ? 2 : 1);
  text.dispatchEvent(new Event("input", { bubbles: true }));
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

/** What was written is on its way: the focus goes to it, so that single keys work again and Tab comes to its
 * "Call back" next. */
function leaveText() {
  const sent = [...document.querySelectorAll("#entries > article.msg")].pop();
  if (!sent) return;
  sent.tabIndex = -1;
  sent.focus({ preventScroll: true });
}

function focusText(tab) {
  const wanted = box()?.querySelector(`[data-tab="${tab}"]`);
  if (!wanted) return false;
  if (isOpen(wanted)) { if (document.activeElement !== area()) focusEnd(); }
  else wanted.click();
}

/** While the other tab is on its way, typing goes on and nothing can be sent: a note must not leave as a reply. */
function onItsWay(under) {
  form()?.setAttribute("aria-busy", String(under));
  for (const button of box()?.querySelectorAll("[name=then], [name=anyway], [data-main]") ?? [])
    if (button.type === "submit") button.disabled = under;
  if (under) focusEnd();
}

/** The composer has been drawn anew. What was typed since the server was asked is in nobody's answer but stays. */
function takeOver(was) {
  const text = area(), fresh = known = text?.value ?? "";
  if (!was || was.text === was.known) return;
  if (!text || (was.mode !== mode() && !was.asked)) {
    // words for staff do not slip into a reply: they wait where they were written
    const body = new FormData(),
      words = merged(was.known, was.text, "");
    body.append("mode", was.mode);
    body.append("key", freshKey());
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
  startFiles(form);
  startCounting(form);
  document.addEventListener("input", (event) => {
    if (event.target.form && event.target.form === form() && event.target.type !== "file") typed();
  });
  document.body.addEventListener("draft-changed", takeDraft);
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
    const leads = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (leads && !toSignIn(leads)) return;  // the page is being left
    submitting = false;
    if (event.detail.successful) over("sent");
    if (event.detail.xhr.status === 409) return;  // a reply that was stopped has been saved
    unsure = asks.matches("form") && event.detail.xhr.status === 0;  // nobody knows whether it was sent: saving tells
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
    before = old && {
      text: old.value,
      known: known ?? old.defaultValue,
      mode: mode(),
      draft: form()?.dataset.draft,
      asked: tab,
      focused: document.activeElement === old,
    };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!["composer", "ticket"].includes(event.target.id)) return;
    clearTimeout(timer);
    dirty = submitting = false;
    takeOver(before);
    before = null;
    if (wantsFocus) focusEnd();
    else if (event.target.id === "ticket" && event.detail.requestConfig?.elt.matches("#composer form")) leaveText();
    wantsFocus = false;
  });
  // another form leaves the page or draws it anew: what waits to be saved goes first
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form()) flush();
      else if (!window.htmx) submitting = true;
    },
    true,
  );
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  window.addEventListener("online", () => dirty && save());
  known = area()?.defaultValue ?? null;
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !submitting && area()?.value.trim()) {
      flush();
      event.preventDefault();
    }
  });
}
