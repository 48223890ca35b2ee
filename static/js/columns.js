// The order of columns by hand and by keys: a button, or Alt with an arrow, moves one among those that are shown.
const shown = (list) => [...list.children].filter((item) => item.querySelector("[name=column]").checked);

function move(item, step) {
  const list = item.closest("[data-columns]");
  const others = shown(list);
  const neighbour = others[others.indexOf(item) + step];
  if (!neighbour) return;
  const held = document.activeElement;
  if (step < 0) neighbour.before(item);
  else neighbour.after(item);
  held.focus();
  const place = shown(list).indexOf(item) + 1;
  const told = list.closest("form").querySelector("[data-moved]");
  told.textContent = `${item.querySelector("label").textContent.trim()}: ${place} / ${others.length}`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-columns] [data-move]");
  if (button) move(button.closest("li"), button.dataset.move === "up" ? -1 : 1);
});
document.addEventListener("keydown", (event) => {
  const item = event.altKey && event.target.closest("[data-columns] li");
  if (!item || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  move(item, event.key === "ArrowUp" ? -1 : 1);
  event.preventDefault();
});
// what is chosen stands behind what was chosen before
document.addEventListener("change", (event) => {
  const item = event.target.closest("[data-columns] li");
  if (!item || !event.target.checked) return;
  const before = shown(item.parentElement).filter((other) => other !== item).at(-1);
  before?.after(item);
  event.target.focus();
});
