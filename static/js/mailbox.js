// A letter's frame is as high as its letter.
const frame = document.querySelector("iframe[data-letter]");

function fit() {
  const letter = frame.contentDocument?.documentElement;
  if (!letter) return;  // it is not there yet: its load brings us back
  frame.style.height = "0";
  frame.style.height = `${Math.min(letter.scrollHeight + 8, 4000)}px`;
}

if (frame) {
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  fit();
}
