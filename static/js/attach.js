// Files for the composer: chosen, pasted or dropped. Each has a chip with its progress, and a key, so that trying
// again adds it once.
import { fresh, renewToken, token, why } from "./net.js";
import { say } from "./phrases.js";

const TRIES = 3, PAUSE = 1500;
let composer = () => null;

function post(url, body, onProgress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener(
      "progress",
      (event) => event.lengthComputable && onProgress(event.loaded / event.total),
    );
    request.addEventListener("loadend", () => done(request));
    request.send(body);
  });
}

function chip(list, name) {
  const made = document.createElement("span"), bar = document.createElement("progress");
  made.className = "file";
  made.setAttribute("aria-label", say("adding", { name }));
  bar.max = 1;
  made.append(Object.assign(document.createElement("span"), { className: "what", textContent: name }), bar);
  list.append(made);
  return { made, onProgress: (part) => { bar.value = part; } };
}

async function add(file, input) {
  const list = composer().querySelector("[data-files]"),
    limit = Number(input.dataset.limit);
  if (file.size > limit) {
    refuse(list, file.name, say("too_big", { name: file.name, limit: input.dataset.limitWords }));
    return;
  }
  const body = new FormData(),
    { made, onProgress } = chip(list, file.name);
  body.append("file", file);
  body.append("mode", composer().elements.mode?.value ?? "");
  body.append("key", fresh());
  let answer;
  for (let tried = 0; tried < TRIES; tried += 1) {
    answer = await post(input.dataset.attach, body, onProgress);
    if (answer.status === 403 && await renewToken()) continue;
    if (answer.status && answer.status < 500) break;
    await new Promise((go) => setTimeout(go, PAUSE * (tried + 1)));
  }
  made.remove();
  // the composer may have been drawn anew meanwhile
  const now = list.isConnected ? list : composer()?.querySelector("[data-files]");
  if (answer.status !== 200) {
    refuse(now, file.name, answer.status === 422 ? answer.responseText.slice(0, 300) : why(answer.status));
    return;
  }
  now?.insertAdjacentHTML("beforeend", answer.responseText);
  if (now) window.htmx?.process(now);
}

/** Said where the files stand, until others are added. */
function refuse(list, name, reason) {
  const line = Object.assign(document.createElement("p"), {
    className: "errorlist",
    textContent: `${name}: ${reason}`,
  });
  line.setAttribute("role", "alert");
  line.dataset.refused = "";
  list?.append(line);
}

async function addAll(files) {
  const input = composer()?.querySelector("input[type=file][data-attach]");
  for (const line of composer()?.querySelectorAll("[data-refused]") ?? []) line.remove();
  if (input) for (const file of [...files]) await add(file, input);
}

const brings = (event) =>
  composer()?.contains(event.target) && [...(event.dataTransfer?.types ?? [])].includes("Files");

/** `form()` is the composer's form as it stands in the page now. */
export function startFiles(form) {
  composer = form;
  document.addEventListener("change", async (event) => {
    if (!composer()?.contains(event.target) || !event.target.matches("input[type=file][data-attach]")) return;
    await addAll(event.target.files);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    // a table comes as text and as a picture
    if (!composer()?.contains(event.target) || !files.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    addAll(files);
  });
  document.addEventListener("dragover", (event) => {
    if (brings(event)) {
      event.preventDefault();
      composer().classList.add("dropping");
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget || !composer()?.contains(event.relatedTarget)) composer()?.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    composer()?.classList.remove("dropping");
    if (!brings(event)) return;
    event.preventDefault();
    addAll(event.dataTransfer.files);
  });
}
