/** The chat pages. */

import "../styles/main.css";
import htmx from "htmx.org";
import { ChatElement } from "./chat/chat";
import { RailElement } from "./chat/rail";
import { ThreadElement } from "./chat/thread";
import { ComposerElement } from "./composer/composer";
import { ModelPickerElement } from "./composer/picker";
import { watchCopies } from "./ui/copy";
import { watchImages } from "./ui/images";
import { watchShortcuts } from "./ui/shortcuts";
import { SidebarElement } from "./ui/sidebar";
import { ThemeElement } from "./ui/theme";
import { ToastsElement } from "./ui/toasts";

document.documentElement.dataset.script = "";
customElements.define("lc-toasts", ToastsElement);
customElements.define("lc-theme", ThemeElement);
customElements.define("lc-sidebar", SidebarElement);
customElements.define("lc-thread", ThreadElement);
customElements.define("lc-rail", RailElement);
customElements.define("lc-model-picker", ModelPickerElement);
customElements.define("lc-composer", ComposerElement);
customElements.define("lc-chat", ChatElement);
watchCopies();
watchImages();
watchShortcuts();
// htmx starts by itself; named here so that the bundle keeps it.
htmx.config.historyCacheSize = 0;
