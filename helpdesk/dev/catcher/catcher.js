// New mail without a reload under the reader's hands: the list takes it in, beside a letter a line offers it. The frame gets its letter's height.
const newest = document.querySelector("[data-newest]");

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/api/newest");
  if (!answer.ok || (await answer.json()).newest === newest.dataset.newest) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector("[data-newest]");
  newest.replaceChildren(...fresh.childNodes);
  newest.dataset.newest = fresh.dataset.newest;
}

function fit(frame) {
  const letter = frame.contentDocument?.documentElement;
  if (!letter) return;
  frame.style.height = "0";
  frame.style.height = `${Math.min(letter.scrollHeight + 8, 4000)}px`;
}

if (newest) setInterval(() => look().catch(() => {}), 3000);
for (const frame of document.querySelectorAll("iframe[data-letter]")) {
  frame.addEventListener("load", () => fit(frame));
  addEventListener("resize", () => fit(frame));
  fit(frame);
}
