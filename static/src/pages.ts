/** Pages around the chat: sign-in and settings. */

import "../styles/main.css";
import { CodesElement } from "./ui/codes";
import { PasskeyElement } from "./ui/passkeys";
import { ThemeElement } from "./ui/theme";
import { ToastsElement } from "./ui/toasts";

document.documentElement.dataset.script = "";
customElements.define("lc-toasts", ToastsElement);
customElements.define("lc-theme", ThemeElement);
customElements.define("lc-passkey", PasskeyElement);
customElements.define("lc-codes", CodesElement);
