/** Pages around the chat: sign-in and settings. */

import "../styles/main.css";
import { CodesElement } from "./ui/codes";
import { watchDiagrams } from "./ui/diagram_watch";
import { catchClick } from "./ui/early";
import { NoticesElement } from "./ui/notice_choice";
import { PasskeyElement } from "./ui/passkeys";
import { watchShortcuts } from "./ui/shortcuts";
import { ThemeElement } from "./ui/theme";
import { ToastsElement } from "./ui/toasts";
import { keepZone } from "./ui/zone";

document.documentElement.dataset.script = "";
customElements.define("lc-toasts", ToastsElement);
customElements.define("lc-theme", ThemeElement);
customElements.define("lc-passkey", PasskeyElement);
customElements.define("lc-codes", CodesElement);
customElements.define("lc-notices", NoticesElement);
watchDiagrams();
keepZone();
watchShortcuts();
if (document.querySelector("lc-shortcut-list")) {
  const early = catchClick("[data-shortcut-change]");
  import("./ui/shortcut_settings")
    .then(({ ShortcutListElement }) => {
      customElements.define("lc-shortcut-list", ShortcutListElement);
      early()?.click();
    })
    .catch(() => undefined); // the list still shows the keys
}
