// A form that says so (data-guard) is not left with unsaved words unless somebody means to.
export function startGuard() {
  const forms = document.querySelectorAll("form[data-guard]");
  let sent = false;
  const changed = (form) => [...form.elements].some((one) =>
    one.matches("input[type=checkbox], input[type=radio]") ? one.checked !== one.defaultChecked
      : one.matches("select") ? [...one.options].some((option) => option.selected !== option.defaultSelected) && one.selectedIndex > 0
        : one.matches("textarea, input:not([type=hidden], [type=submit])") && one.value !== one.defaultValue);
  for (const form of forms) form.addEventListener("submit", () => { sent = true; });
  if (forms.length) addEventListener("beforeunload", (event) => { if (!sent && [...forms].some(changed)) event.preventDefault(); });
}
