// Asking the server: the CSRF token on every request, and a plain sentence when something fails.
import { say } from "./words.js";
import { toast } from "./toasts.js";

export const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

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
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json", "X-Requested-With": "fetch" }, ...options });
  } catch {
    throw Object.assign(new Error(why(0)), { status: 0 });
  }
  const signedOut = answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/");
  const said = answer.headers.get("content-type")?.includes("json") && !signedOut ? await answer.json() : {};
  if (signedOut || !answer.ok) throw Object.assign(new Error(said.error ?? why(signedOut ? 401 : answer.status)), { status: signedOut ? 401 : answer.status, said });
  return said;
}

export function startNet() {
  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  // A poll that fails says nothing: the next one may succeed. A click that fails says so.
  const quiet = (event) => event.detail.elt?.closest("[data-quiet]");
  document.body.addEventListener("htmx:sendError", (event) => quiet(event) || toast(why(0), "late"));
  document.body.addEventListener("htmx:responseError", (event) => quiet(event) || toast(why(event.detail.xhr.status), "late"));
  // A session that ended answers a fragment with the whole sign-in page: never swap that into a ticket.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const path = event.detail.xhr.responseURL ? new URL(event.detail.xhr.responseURL).pathname : "";
    if (!path.startsWith("/accounts/")) return;
    event.detail.shouldSwap = false;
    if (!quiet(event)) toast(why(401), "late");
  });
}
