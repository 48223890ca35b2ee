// What every page needs. Pages add their own module beside it.
import { startDialogs } from "./dialogs.js";
import { startKeys } from "./keys.js";
import { startLeaving } from "./leaving.js";
import { startNet } from "./net.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./times.js";
import { startToasts } from "./toasts.js";

startNet();
startToasts();
startDialogs();
startLeaving();
startKeys();
startTimes();
startTheme();
