// A short word about what happened. The region is live, so a screen reader says it too. Errors stay until dismissed;
// those of the line go when it is there again.
const STAYS = 7000;

function arm(toast, stays = STAYS) {
  if (!("stay" in toast.dataset))
    setTimeout(() => (toast.matches(":hover, :focus-within") ? arm(toast) : toast.remove()), stays);
}

/** Show `text`; `kind` is "", "good" or "late" (an error: it stays). `until`: it is over when the "line" is there
 * again, or something was "sent". */
export function toast(text, kind = "", { until = "", stays = STAYS } = {}) {
  const made = document.getElementById("toast")?.content.firstElementChild.cloneNode(true);
  if (!made) return;
  made.querySelector("p").textContent = text;
  if (kind) made.classList.add(kind);
  if (kind === "late") { made.dataset.stay = ""; made.setAttribute("role", "alert"); }
  if (until) made.dataset.until = until;
  const region = document.getElementById("toasts");
  for (const same of region.querySelectorAll(".toast")) if (same.querySelector("p").textContent === text) same.remove();
  region.append(made);
  arm(made, stays);
}

/** The line is there again, or something was sent: what was said of that is over. */
export function over(what) {
  for (const old of document.querySelectorAll(`.toast[data-until="${what}"]`)) old.remove();
}

export function startToasts() {
  const region = document.getElementById("toasts");
  region?.querySelectorAll(".toast").forEach((one) => arm(one));
  region?.addEventListener("click", (event) => event.target.closest("[data-close]")?.closest(".toast").remove());
  document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
}
