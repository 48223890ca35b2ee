// Marks in the conversation what a search has found, on the text as it stands there, and goes to the first of it.
const words = JSON.parse(document.getElementById("found").textContent);
const SOLID = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u; // words without blanks
const sought = new RegExp(words.map(pattern).join("|"), "gu");

function pattern(word) {
  const said = word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+");
  return SOLID.test(word) ? said : `(?<![\\p{L}\\p{N}])${said}(?![\\p{L}\\p{N}])`;
}

function ranges() {
  const found = [];
  for (const message of document.querySelectorAll("#entries .msg")) {
    const texts = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentElement.closest("script, style, textarea, button")) continue;
      for (const hit of text.data.matchAll(sought)) {
        const range = new Range();
        range.setStart(text, hit.index);
        range.setEnd(text, hit.index + hit[0].length);
        found.push(range);
      }
    }
  }
  return found;
}

function mark() {
  const found = ranges();
  CSS.highlights.set("found", new Highlight(...found));
  return found[0];
}

if (words.length && "highlights" in CSS) {
  const first = mark()?.startContainer.parentElement;
  first?.closest("details")?.setAttribute("open", "");
  first?.scrollIntoView({ block: "center" });
  document.addEventListener("htmx:afterSettle", mark);
}
