// The look changes at once; the server keeps it.
import { post } from "./net.js";

export function startTheme() {
  for (const form of document.querySelectorAll("form[data-theme-switch]")) {
    form.addEventListener("submit", (event) => {
      const chosen = event.submitter?.value;
      if (!chosen || !form.getAttribute("action")) return;
      event.preventDefault();
      document.documentElement.dataset.theme = chosen;
      for (const button of form.querySelectorAll("button[name=theme]"))
        button.setAttribute("aria-pressed", String(button.value === chosen));
      const body = new FormData(form);
      body.set("theme", chosen);
      post(form.action, body).catch(() => form.submit());
    });
  }
}
