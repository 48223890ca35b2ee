// Asking the server: the CSRF token on every request, and a plain sentence when something fails.
import { say } from "./phrases.js";
import { over, toast } from "./toasts.js";

const TOKEN = 'meta[name="csrf-token"]';
export const toSignIn = (url) => new URL(url, location.href).pathname.startsWith("/accounts/");

export const token = () => document.querySelector(TOKEN)?.content ?? "";

/** Draw a key for something that shall be done once. */
export function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function useToken(held) {
  if (!held) return false;
  document.querySelector(TOKEN).content = held;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = held;
  return true;
}

/** Whoever signed in anew in another tab has a new token: take the one that holds now. */
export async function renewToken() {
  const answer = await fetch(location.href);
  if (!answer.ok || toSignIn(answer.url)) return false;
  return useToken(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(TOKEN)?.content);
}

/** A page that has just come holds the newest token: the other tabs hear of it, so that a form that lay
 * open there can be sent. */
function shareToken() {
  if (!("BroadcastChannel" in window)) return;
  const others = new BroadcastChannel("csrf");
  others.addEventListener("message", (event) => useToken(event.data));
  others.postMessage(token());
}

/** Ask once more what was refused for an old token; false when there is no better one. A poll comes by itself. */
const again = new WeakSet();
async function askAgain({ elt, requestConfig }, polls) {
  if (again.has(elt) || !elt.isConnected) return false;
  again.add(elt);
  if (!(await renewToken().catch(() => false))) return false;
  if (polls) return true;
  const pressed = requestConfig.triggeringEvent?.submitter;
  if (elt.matches("form")) elt.requestSubmit(pressed?.form === elt ? pressed : undefined);
  else if (elt.matches("button, a")) elt.click();
  else return false;
  return true;
}

/** What a failed answer means to the person. */
export function why(status) {
  if (status === 0) return say("offline");
  if (status === 401) return say("signed_out");
  if (status === 403) return say("not_allowed");
  if (status === 404 || status === 410) return say("gone");
  return say("failed");
}

/** POST a form; the answer's JSON. Throws an Error whose message a person may read, with `status`. */
export async function post(url, body, options = {}) {
  const ask = () =>
    fetch(url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token(), Accept: "application/json", "X-Requested-With": "fetch" },
      ...options,
    });
  let answer;
  try {
    answer = await ask();
    if (answer.status === 403 && await renewToken()) answer = await ask();
  } catch {
    throw Object.assign(new Error(why(0)), { status: 0 });
  }
  if (answer.ok && !answer.redirected) over("line");
  const signedOut = answer.redirected && toSignIn(answer.url);
  const said = answer.headers.get("content-type")?.includes("json") && !signedOut ? await answer.json() : {};
  if (signedOut || !answer.ok)
    throw Object.assign(new Error(said.error ?? why(signedOut ? 401 : answer.status)), {
      status: signedOut ? 401 : answer.status,
      said,
    });
  return said;
}

/** What a form that did not get through means: it is sent by the same person again, and never twice. */
const unsent = (elt) =>
  say(navigator.onLine === false ? "not_sent_offline" : elt?.matches("form[data-draft]") ? "lost" : "offline");

export function startNet() {
  let told = false;
  shareToken();
  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  // A poll that fails says nothing: the next one may succeed. A click that fails says so.
  const quiet = (event) => event.detail.elt?.closest("[data-quiet]");
  document.body.addEventListener(
    "htmx:sendError",
    (event) => quiet(event) || toast(unsent(event.detail.elt), "late", { until: "line" }),
  );
  document.body.addEventListener("htmx:responseError", async (event) => {
    const { status } = event.detail.xhr;
    if (status === 403 && await askAgain(event.detail, quiet(event))) return;
    if (!quiet(event)) toast(why(status), "late", { until: status >= 500 ? "line" : "" });
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    again.delete(event.detail.elt);
    over("line");
  });
  // A session that ended sends the page to the sign-in; not one on which somebody is in the middle of a sentence.
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (
      !to ||
      !toSignIn(to) ||
      ![...document.querySelectorAll("textarea")].some((text) => text.value.trim() && text.value !== text.defaultValue)
    )
      return;
    event.preventDefault();
    if (!told || !quiet(event)) toast(why(401), "late");
    told = true;
  });
  // A session that ended answers a fragment with the whole sign-in page: never swap that into a ticket.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.responseURL || !toSignIn(event.detail.xhr.responseURL)) return;
    event.detail.shouldSwap = false;
    if (!quiet(event)) toast(why(401), "late");
  });
}
