// A conversation that we begin: the composer with a draft of its own.
import { startComposer, flush } from "./composer.js";

document.addEventListener("click", (event) => { if (event.target.closest("a[href]")) flush(); }, true);
startComposer();
