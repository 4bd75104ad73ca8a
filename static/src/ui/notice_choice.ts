/** Whether this browser may show notices, and the switch in the settings. */

import { text } from "./texts";
import { toast } from "./toasts";

const KEY = "lc:notices";

/** Both the person and the browser agreed. */
export function wantsNotices(): boolean {
  try {
    return (
      "Notification" in window &&
      Notification.permission === "granted" &&
      localStorage.getItem(KEY) === "1"
    );
  } catch {
    return false; // storage may be switched off
  }
}

function keep(isOn: boolean): void {
  if (isOn) {
    localStorage.setItem(KEY, "1");
  } else {
    localStorage.removeItem(KEY);
  }
}

export class NoticesElement extends HTMLElement {
  connectedCallback(): void {
    this.hidden = false;
    this.control?.addEventListener("click", () => {
      this.toggle().catch(() => toast(text("noticeUnavailable", UNAVAILABLE), { stays: true }));
    });
    this.show();
  }

  private get control(): HTMLButtonElement | null {
    return this.querySelector<HTMLButtonElement>("[role=switch]");
  }

  private async toggle(): Promise<void> {
    if (wantsNotices()) {
      keep(false);
    } else if ((await Notification.requestPermission()) === "granted") {
      keep(true);
    } else {
      toast(text("noticeBlocked", BLOCKED), { stays: true });
    }
    this.show();
  }

  private show(): void {
    const isOn = wantsNotices();
    if (this.control) {
      this.control.setAttribute("aria-checked", String(isOn));
      this.control.textContent = isOn ? text("on", "On") : text("off", "Off");
    }
  }
}

const UNAVAILABLE = "This browser cannot show notices.";
const BLOCKED =
  "The browser does not allow notices from this page. Allow them in its settings, then switch this on again.";
