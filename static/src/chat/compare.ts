/** Answers to the same turn: side by side, and on a phone as tabs. */

import type { CompareTabs } from "./compare_tabs";

const PHONE = "(max-width: 860px)";

export class CompareElement extends HTMLElement {
  private readonly phone = matchMedia(PHONE);
  private tabs: CompareTabs | null = null;
  private readonly arrange = (): void => {
    this.tabs?.stop();
    this.tabs = null;
    if (this.phone.matches) {
      import("./compare_tabs")
        .then(({ CompareTabs: Tabs }) => {
          if (this.isConnected && this.phone.matches && !this.tabs) {
            this.tabs = new Tabs(this);
          }
        })
        .catch(() => undefined); // one below the other is readable too
    }
  };

  connectedCallback(): void {
    this.phone.addEventListener("change", this.arrange);
    this.arrange();
  }

  disconnectedCallback(): void {
    this.phone.removeEventListener("change", this.arrange);
    this.tabs?.stop();
    this.tabs = null;
  }
}
