// The chips above the queue, their menus and the panel of all fields. All of it are links and forms; here they get
// keys: Delete takes a chip off, arrows go through a list of which one stop is in the order of Tab, and focus stays
// where it was.
const chooser = () => document.getElementById("chooser");
const chips = () => [...document.querySelectorAll("[data-chip]")];
const stops = () => [...chooser().querySelectorAll("[data-stop]")].filter((one) => one.offsetParent);
let opener = null, left = null;

/** The one stop of a list that Tab reaches. */
function rove(to) {
  for (const one of chooser().querySelectorAll("[data-stop]")) one.tabIndex = -1;
  if (to) to.tabIndex = 0;
}

/** Under what opened it, within the window. */
function place(dialog) {
  const at = opener?.isConnected && opener.closest("[data-chip]")?.getBoundingClientRect();
  dialog.classList.toggle("beside", Boolean(at && dialog.querySelector(".menu-of")));
  if (!at) return;
  const most = document.documentElement.clientWidth - dialog.offsetWidth - 8;
  dialog.style.setProperty("--beside", `${Math.max(8, Math.min(at.left, most))}px`);
  dialog.style.setProperty("--below", `${at.bottom + 6}px`);
}

const plain = (words) => words.normalize("NFC").toLowerCase().replaceAll("ё", "е").replaceAll(/[ -]/g, "_");

function narrow(field) {
  const sought = plain(field.value.trim());
  for (const line of chooser().querySelectorAll("[data-names]")) line.hidden = !line.dataset.names.includes(sought);
  const [first] = stops();
  chooser().querySelector("[data-none]").hidden = Boolean(first);
  rove(first);
}

function step(event) {
  const field = event.target, list = stops(), down = event.key === "ArrowDown";
  if (field.matches("select, [type=date]") || !list.length) return false;
  const here = list.indexOf(field.closest("li")?.querySelector("[data-stop]"));
  const to = here < 0 ? (down ? list[0] : list.at(-1)) : list[here + (down ? 1 : -1)];
  rove(to ?? list[here]);
  (to ?? chooser().querySelector("input[type=search]") ?? list[here]).focus();
  return true;
}

function inChooser(event) {
  const field = event.target, box = field.closest("li")?.querySelector("input[type=checkbox]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return step(event);
  if (event.key === " " && field.matches("[data-stop]") && box) { box.click(); return true; }
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return false;
  // Enter in the field takes the first that is offered, unless some are ticked: then it applies those
  if (!field.matches("[data-narrow], [name=find]") || chooser().querySelector("[name=v]:checked")) return false;
  stops()[0]?.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || !event.target.closest) return;
  const chip = event.target.closest("[data-chip]");
  if (event.target.closest("#chooser")) { if (inChooser(event)) event.preventDefault(); }
  else if (chip && (event.key === "Delete" || event.key === "Backspace")) {
    event.preventDefault();
    chip.querySelector(".x")?.click();
  }
});
document.addEventListener("input", (event) => { if (event.target.matches("[data-narrow]")) narrow(event.target); });
document.addEventListener("click", (event) => {
  const part = event.target.closest(".says[data-start]"), box = document.querySelector("[data-search]");
  if (!part || !box) return;
  event.preventDefault();
  // the server counts characters, the browser halves of some
  const units = (many) => [...box.value].slice(0, Number(many)).join("").length;
  box.focus();
  box.setSelectionRange(units(part.dataset.start), units(part.dataset.end));
});

// what asks for the dialog is remembered while it goes from one field to another
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (target?.id === "chooser" && !elt.closest("#chooser")) opener = elt;
  if (target?.id !== "queue") return;
  const menu = elt.closest("[data-field]");
  const chip = elt.closest("[data-chip]") ?? (menu && opener?.closest("[data-chip]"));
  left = menu || chip ? { name: menu?.dataset.field ?? chip.dataset.chip, at: chips().indexOf(chip) } : null;
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id === "chooser") {
    rove(stops().find((one) => one.getAttribute("aria-current")) ?? stops()[0]);
    if (!target.querySelector("[type=search], [name=said], [inputmode]:not([name=age])")) stops()[0]?.focus();
    place(target);
  }
  if (target.id === "choices") rove(stops()[0]);
});
// the dialog that was open has gone with the old page: focus goes to the same chip, or to its neighbour
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!left || target.id !== "queue") return;
  const all = chips();
  const chip = all.find((one) => left.name && one.dataset.chip === left.name) ?? all[Math.min(left.at, all.length - 1)];
  (chip?.querySelector(".says") ?? document.querySelector(".chip.add")).focus();
  left = null;
});
