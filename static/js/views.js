// The rail's views come as a fragment, again and again: folders stay as the hand has left them.
const LEFT = "helpdesk.folders";

function left() {
  try {
    return JSON.parse(localStorage.getItem(LEFT)) ?? {};
  } catch {
    return {};
  }
}

export function startViews() {
  const rail = document.getElementById("views-rail");
  if (!rail) return;
  let shifted = 0;
  rail.addEventListener("htmx:beforeSwap", () => { shifted = rail.scrollTop; });
  rail.addEventListener("htmx:afterSwap", () => {
    const kept = left();
    for (const folder of rail.querySelectorAll("[data-folder]:not([data-current])"))
      folder.open = kept[folder.dataset.folder] ?? folder.open;
    rail.scrollTop = shifted;
  });
  rail.addEventListener("click", (event) => {
    const folder = event.target.closest("summary")?.parentElement;
    if (!folder) return;
    try {
      localStorage.setItem(LEFT, JSON.stringify({ ...left(), [folder.dataset.folder]: !folder.open }));
    } catch {
      /* private window: for this page only */
    }
  });
}
