/** The chat pages. */

import "../styles/main.css";
import { ChatElement } from "./chat/chat";
import { CompareElement } from "./chat/compare";
import { watchFeedback } from "./chat/feedback";
import { watchPanel } from "./chat/panel_watch";
import { RailElement } from "./chat/rail";
import { ThreadElement } from "./chat/thread";
import { ComposerElement } from "./composer/composer";
import { ModelPickerElement } from "./composer/picker";
import { watchSlash } from "./composer/prompt_slash";
import { watchQuotes } from "./composer/quote_watch";
import { watchCopies } from "./ui/copy";
import { watchDiagrams } from "./ui/diagram_watch";
import { watchImages } from "./ui/images";
import { watchNotices } from "./ui/notices";
import { watchPrograms } from "./ui/run_watch";
import { watchShortcuts } from "./ui/shortcuts";
import { SidebarElement } from "./ui/sidebar";
import { swaps } from "./ui/swaps";
import { ThemeElement } from "./ui/theme";
import { watchTitle } from "./ui/title_mark";
import { ToastsElement } from "./ui/toasts";
import { keepZone } from "./ui/zone";

document.documentElement.dataset.script = "";
customElements.define("lc-toasts", ToastsElement);
customElements.define("lc-theme", ThemeElement);
customElements.define("lc-sidebar", SidebarElement);
customElements.define("lc-thread", ThreadElement);
customElements.define("lc-rail", RailElement);
customElements.define("lc-compare", CompareElement);
customElements.define("lc-model-picker", ModelPickerElement);
customElements.define("lc-composer", ComposerElement);
const chat = document.querySelector<HTMLElement>("lc-chat");
if (chat) {
  watchTitle(chat); // before the chat speaks
}
customElements.define("lc-chat", ChatElement);
watchCopies();
watchFeedback();
watchImages();
watchDiagrams();
watchPrograms();
keepZone();
watchNotices();
watchShortcuts();
watchSlash();
watchQuotes();
watchPanel();
const exportForm = document.querySelector<HTMLFormElement>("form[data-export]");
if (exportForm) {
  import("./export/export_form")
    .then(({ watchExport }) => watchExport(exportForm))
    .catch(() => undefined); // the other formats need no script
}
swaps().catch(() => undefined); // links and forms work without it
window.addEventListener("load", () => {
  // Without it, as on an address that is not secure, only the page for offline times is missing.
  navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
});
