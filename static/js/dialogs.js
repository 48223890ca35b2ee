// Native dialogs and <details> menus. Both work without this file, less comfortably.
import { mayClose } from "./leaving.js";

let opener = null;

export function open(dialog) {
  if (!dialog || dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
}

/** Close it, unless something typed in it would be lost and shall not be. */
function leave(dialog) {
  if (dialog && mayClose(dialog)) dialog.close();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]"))
    if (menu !== except && !menu.contains(except)) menu.open = false;
}

export function startDialogs() {
  document.addEventListener(
    "cancel",
    (event) => {
      if (event.target instanceof HTMLDialogElement && !mayClose(event.target)) event.preventDefault();
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target.closest?.("details[data-menu]"));
    const chosen = target.closest?.("details[data-menu] .sheet :is(a, [hx-post])");
    if (chosen) {
      // what was chosen happens elsewhere
      const menu = chosen.closest("details");
      menu.open = false;
      menu.querySelector("summary").focus({ preventScroll: true });
    }
    const opens = target.closest?.("[data-open]");
    if (opens) { closeMenus(); open(document.getElementById(opens.dataset.open)); return; }
    if (target.closest?.("[data-close-dialog]")) leave(target.closest("dialog"));
    if (target instanceof HTMLDialogElement && target.open) {
      const box = target.getBoundingClientRect();
      if (
        event.clientX < box.left ||
        event.clientX > box.right ||
        event.clientY < box.top ||
        event.clientY > box.bottom
      )
        leave(target);
    }
  });
  // Focus goes back to what opened the dialog, or to what stands in its place when the page behind was drawn anew.
  document.addEventListener(
    "close",
    (event) => {
      if (!(event.target instanceof HTMLDialogElement) || !opener) return;
      const same = opener.isConnected
        ? opener
        : opener.dataset.key && document.querySelector(`[data-key="${opener.dataset.key}"]`);
      (same || document.getElementById("main"))?.focus({ preventScroll: true });
      opener = null;
    },
    true,
  );
  // A fragment that arrives in the page's dialog opens it; one that is empty closes it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target?.closest?.("dialog[data-fragment]");
    if (!dialog) return;
    if (dialog.querySelector(".dialog-body")) {
      open(dialog);
      // a question is not answered by one Enter too many
      (
        dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)") ??
        dialog.querySelector("[data-main]") ??
        dialog.querySelector(".dialog-foot :is(button, a)")
      )?.focus();
    } else dialog.close();
  });
  // What the dialog asked for is done: the ticket behind it has been drawn anew.
  document.addEventListener("htmx:afterRequest", (event) => {
    const elsewhere = event.detail.xhr?.getResponseHeader("HX-Retarget");
    if (elsewhere && !document.querySelector(elsewhere)?.matches("dialog"))
      document.querySelector("dialog[data-fragment][open]")?.close();
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    const summary = menu.querySelector("summary");
    if (event.key === "Escape") { menu.open = false; summary.focus(); event.stopPropagation(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const stops = [...menu.querySelectorAll(".sheet :is(a, button, input, select)")].filter(
        (one) => one.offsetParent,
      );
      if (event.target.matches("select, textarea") || !stops.length) return;
      const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      stops[(at + stops.length) % stops.length].focus();
      event.preventDefault();
    }
  });
}
