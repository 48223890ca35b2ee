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
  localTimes(newest);
}

function fit(frame) {
  const letter = frame.contentDocument?.documentElement;
  if (!letter) return;
  frame.style.height = "0";
  frame.style.height = `${Math.min(letter.scrollHeight + 8, 4000)}px`;
}

// times are told by the reader's clock, as at the desk, and not in UTC
function localTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime), seconds = time.closest("dd") ? { second: "2-digit" } : {};
    if (isNaN(at)) continue;
    time.textContent = at.toLocaleString(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false, ...seconds });
    time.title = at.toLocaleString(document.documentElement.lang, { dateStyle: "full", timeStyle: "long" });
  }
}
localTimes();

if (newest) setInterval(() => look().catch(() => {}), 3000);
for (const frame of document.querySelectorAll("iframe[data-letter]")) {
  frame.addEventListener("load", () => fit(frame));
  addEventListener("resize", () => fit(frame));
  fit(frame);
}
