// Asking the server: the CSRF token on every request, and a plain sentence when something fails.
import { say } from "./words.js";
import { toast } from "./toasts.js";

const TOKEN = 'meta[name="csrf-token"]';
const toSignIn = (url) => new URL(url, location.href).pathname.startsWith("/accounts/");

export const token = () => document.querySelector(TOKEN)?.content ?? "";

/** Whoever signed in anew in another tab has a new token: take the one that holds now. */
async function renewToken() {
  const answer = await fetch(location.href);
  if (!answer.ok || toSignIn(answer.url)) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(TOKEN)?.content;
  if (!fresh) return false;
  document.querySelector(TOKEN).content = fresh;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = fresh;
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
  const ask = () => fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json", "X-Requested-With": "fetch" }, ...options });
  let answer;
  try {
    answer = await ask();
    if (answer.status === 403 && await renewToken()) answer = await ask();
  } catch {
    throw Object.assign(new Error(why(0)), { status: 0 });
  }
  const signedOut = answer.redirected && toSignIn(answer.url);
  const said = answer.headers.get("content-type")?.includes("json") && !signedOut ? await answer.json() : {};
  if (signedOut || !answer.ok) throw Object.assign(new Error(said.error ?? why(signedOut ? 401 : answer.status)), { status: signedOut ? 401 : answer.status, said });
  return said;
}

export function startNet() {
  let told = false;
  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  // A poll that fails says nothing: the next one may succeed. A click that fails says so.
  const quiet = (event) => event.detail.elt?.closest("[data-quiet]");
  document.body.addEventListener("htmx:sendError", (event) => quiet(event) || toast(why(0), "late"));
  document.body.addEventListener("htmx:responseError", (event) => quiet(event) || toast(why(event.detail.xhr.status), "late"));
  // A session that ended sends the page to the sign-in; not one on which somebody is in the middle of a sentence.
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!to || !toSignIn(to) || ![...document.querySelectorAll("textarea")].some((text) => text.value.trim() && text.value !== text.defaultValue)) return;
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
