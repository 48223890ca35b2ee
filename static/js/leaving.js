// A form that somebody has changed asks before it is left. What keeps a draft of its own (data-draft) has nothing
// to ask.
import { say } from "./phrases.js";

const WATCHED = "main form.form[method=post]:not([data-draft])",
  changed = new Set();
// what a dialog asks for: a choice is quickly made again
const WORDS = "textarea, input:not([type=radio], [type=checkbox], [type=file])";

/** Whether something typed in this part of the page would be lost. */
const edited = (part) => [...changed].some((form) => form.isConnected && part.contains(form));

/** Ask before a dialog with something typed in it is closed without saving. */
export const mayClose = (dialog) => !edited(dialog) || confirm(say("discard"));

export function startLeaving() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (
      form &&
      event.target.name &&
      form.method === "post" &&
      (form.matches(WATCHED) || (form.closest("dialog[data-fragment]") && event.target.matches(WORDS)))
    )
      changed.add(form);
  });
  document.addEventListener("reset", (event) => changed.delete(event.target));
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed.delete(event.target);
  });
  document.addEventListener(
    "close",
    (event) => {
      for (const form of changed) if (event.target.contains(form)) changed.delete(form);
    },
    true,
  );
  window.addEventListener("beforeunload", (event) => {
    if (edited(document.body)) event.preventDefault();
  });
}
