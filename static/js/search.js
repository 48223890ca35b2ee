// The search box: what may stand at the cursor, offered under it (a combobox). Typing and Enter alone never change
// what was typed: an offer is taken by the arrows and Enter, or by a click. Where nothing has been begun the arrow down
// asks for offers. The server counts characters, the browser halves of some.
// The queue is drawn anew while one searches, its box too.
let box, list;
const offers = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function show(on) {
  list.hidden = !on;
  box.setAttribute("aria-expanded", String(on));
  if (!on) choose(null);
}

function choose(offer) {
  chosen()?.setAttribute("aria-selected", "false");
  if (offer) {
    offer.setAttribute("aria-selected", "true");
    offer.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", offer.id);
  } else box.removeAttribute("aria-activedescendant");
}

/** One down or up; before the first and behind the last one nothing is chosen. */
function move(step) {
  const all = offers();
  if (list.hidden) { if (step > 0) box.dispatchEvent(new Event("offers")); return; }
  const at = all.indexOf(chosen()) + step;
  choose(at === -2 ? all.at(-1) : all[at] ?? null);
}

function take({ start, end, text }) {
  const signs = [...box.value], rest = signs.slice(Number(end));
  const whole = /[:<>]$/.test(text) || rest[0] === " " ? text : `${text} `;  // a value follows its name at once
  const head = signs.slice(0, Number(start)).join("") + whole;
  box.value = head + rest.join("");
  box.setSelectionRange(head.length, head.length);
  show(false);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function listen() {
  if (box === document.querySelector("[data-search]")) return;
  box = document.querySelector("[data-search]");
  list = document.getElementById("completion");
  box.addEventListener("htmx:configRequest", (event) => {
    const before = box.value.slice(0, box.selectionStart);
    event.detail.parameters.at = String([...before].length);
    if (event.detail.triggeringEvent?.type === "offers" || /\S$/.test(before)) return;
    event.preventDefault();
    show(false);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && chosen()) take(chosen().dataset);
    else if (event.key === "Escape" && !list.hidden) show(false);
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const offer = event.target.closest("[role=option]");
    if (offer) take(offer.dataset);
  });
}

listen();
// what somebody types while the queue is on its way stays in the new box
let typed = null;
document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
  if (target.id !== "queue") return;
  const asked = requestConfig.elt === box.form ? requestConfig.parameters.q : box.defaultValue;
  typed = document.activeElement === box && box.value !== asked ? box.value : null;
});
document.addEventListener("htmx:afterSwap", (event) => {
  listen();
  if (event.target.id === "queue" && typed !== null) box.value = typed;
  if (event.detail.target === list) show(document.activeElement === box && offers().length > 0);
});
// who has typed nothing more, and nothing wrong, is done with the box: the next keys are for the rows
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const done = typed === null && box.getAttribute("aria-invalid") !== "true";
  if (target.id === "queue" && done && document.activeElement === box) box.blur();
});
