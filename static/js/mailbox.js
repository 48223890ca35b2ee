// A letter's frame is as high as its letter.
function fit(frame) {
  const letter = frame.contentDocument?.documentElement;
  if (!letter) return;
  frame.style.height = "0";
  frame.style.height = `${Math.min(letter.scrollHeight + 8, 4000)}px`;
}

for (const frame of document.querySelectorAll("iframe[data-letter]")) {
  frame.addEventListener("load", () => fit(frame));
  addEventListener("resize", () => fit(frame));
  fit(frame);
}
