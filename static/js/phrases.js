// The page's own words, in the page's language: a JSON data block that the server wrote.
const block = document.getElementById("words");
const said = block ? JSON.parse(block.textContent) : {};

/** The phrase `name` with its %(fields)s filled in. */
export function say(name, fields = {}) {
  return (said[name] ?? name).replace(/%\((\w+)\)s/g, (_, key) => fields[key] ?? "");
}
