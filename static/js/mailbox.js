// A letter's frame is as high as its letter.
const frame = document.querySelector("iframe[data-letter]");

function fit() {
  frame.style.height = "0";
  frame.style.height = `${Math.min(frame.contentDocument.documentElement.scrollHeight + 8, 4000)}px`;
}

if (frame) {
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  fit();
}
