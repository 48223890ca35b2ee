// The matrix rights × roles: arrow keys between its marks, how many differ from what stands, one role at a time on
// a phone. Without this file it is a form like others.
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const form = document.querySelector("[data-matrix]"),
  count = form.querySelector("[data-count]"),
  rows = [...form.querySelectorAll("tbody tr:not(.head)")].map((row) => [...row.querySelectorAll("input")]),
  boxes = rows.flat(),
  seen = (box) => box.offsetParent !== null;

/** Which marks differ from what stands, on the page and in words. */
function tell() {
  let changed = 0;
  for (const box of boxes) {
    const differs = box.checked !== "was" in box.dataset;
    box.parentElement.classList.toggle("changed", differs);
    changed += differs;
  }
  count.textContent = changed ? count.dataset.count.replace("{n}", changed) : "";
}

/** One mark alone is a stop of the Tab key: the one where one was last. */
function settle(box) {
  for (const other of boxes) other.tabIndex = other === box ? 0 : -1;
}

/** From this mark by so many rows and columns, over those that are shut or not shown. */
function step(from, down, right) {
  let row = rows.findIndex((each) => each.includes(from)),
    column = rows[row].indexOf(from);
  do {
    row += down;
    column += right;
    const box = rows[row]?.[column];
    if (!box) return null;
    if (seen(box) && !box.disabled) return box;
  } while (true);
}

/** The first or last mark of its row, or of the whole matrix. */
function end(from, last, whole) {
  const line = (whole ? boxes : rows.find((each) => each.includes(from))).filter((box) => seen(box) && !box.disabled);
  return line.at(last ? -1 : 0);
}

form.addEventListener("keydown", (event) => {
  if (!boxes.includes(event.target) || event.altKey || event.metaKey) return;
  const next = STEPS[event.key]
    ? step(event.target, ...STEPS[event.key])
    : event.key === "Home" || event.key === "End"
      ? end(event.target, event.key === "End", event.ctrlKey)
      : undefined;
  if (next === undefined) return;
  event.preventDefault();
  next?.focus();
});
form.addEventListener("focusin", (event) => {
  if (!boxes.includes(event.target)) return;
  settle(event.target);
  event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
});
form.addEventListener("change", tell);
form.querySelector("[data-undo]").addEventListener("click", (event) => {
  event.preventDefault();
  for (const box of boxes) box.checked = "was" in box.dataset;
  tell();
});
form.querySelector("[data-pick]").addEventListener("change", (event) => {
  for (const cell of form.querySelectorAll("[data-col]"))
    cell.classList.toggle("shown", cell.dataset.col === event.target.value);
  settle(boxes.find((box) => seen(box) && !box.disabled));
});

settle(boxes.find((box) => seen(box) && !box.disabled));
tell();
