// What every page needs. Pages add their own module beside it.
import { startDialogs } from "./dialogs.js";
import { startKeys } from "./keys.js";
import { startLeaving } from "./leaving.js";
import { startNet } from "./net.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./times.js";
import { startToasts } from "./toasts.js";
import { startViews } from "./views.js";

startNet();
startToasts();
startDialogs();
startLeaving();
startKeys();
startTimes();
startTheme();
startViews();

// a bar that scrolls sideways shows where one is; a form with errors begins with what is wrong
document.querySelector(".settings > .side [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const toSummary = (root) => root.querySelector?.("[data-summary]")?.focus();
toSummary(document);
document.addEventListener("htmx:afterSwap", (event) => toSummary(event.detail.target));
