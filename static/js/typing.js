// How a text came about: so many characters typed, so many pasted, dropped or put in by the desk. The form says it
// beside the text.
const BY_HAND = new Set(["insertText", "insertLineBreak", "insertParagraph", "insertCompositionText"]);
let before = 0;

/** `form` finds the composer's form; one that does not ask for it has no such fields. */
export function startCounting(form) {
  const counts = (event) => event.isTrusted && event.target.name === "text" && event.target.form === form();
  document.addEventListener("beforeinput", (event) => {
    if (counts(event)) before = event.target.value.length;
  });
  document.addEventListener("input", (event) => {
    if (!counts(event)) return;
    const grown = Math.max(event.target.value.length - before, event.inputType === "insertText" ? 1 : 0);
    before = event.target.value.length;
    count(form(), BY_HAND.has(event.inputType) ? "typed" : "inserted", grown);
  });
}

/** So many characters more. */
export function count(form, how, characters) {
  const field = form?.elements[how];
  if (field && characters > 0) field.value = Number(field.value) + characters;
}
