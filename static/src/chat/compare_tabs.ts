/** Tabs over answers to the same turn: one is shown at a time. */

import { nextIndex } from "../ui/menu";
import { text } from "../ui/texts";

/** The arrow keys of a row of tabs, as those of a list; the first tab is where reading starts. */
function asListKey(key: string): string {
  const isRightToLeft = document.documentElement.dir === "rtl";
  const turned: Record<string, string> = {
    ArrowRight: isRightToLeft ? "ArrowUp" : "ArrowDown",
    ArrowLeft: isRightToLeft ? "ArrowDown" : "ArrowUp",
  };
  return key === "Home" || key === "End" ? key : (turned[key] ?? "");
}

function nameOf(article: HTMLElement): string {
  const model = article.querySelector(".message-model")?.textContent.trim();
  return model || (article.querySelector(".message-sender")?.textContent.trim() ?? "");
}

export class CompareTabs {
  private readonly list = document.createElement("div");
  private readonly changes = new MutationObserver(() => this.draw());
  private chosen = "";

  constructor(private readonly columns: HTMLElement) {
    this.list.className = "compare-tabs";
    this.list.setAttribute("role", "tablist");
    this.list.setAttribute("aria-label", text("sideBySide", "Answers side by side"));
    this.list.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      this.choose(target?.closest<HTMLElement>("[role=tab]")?.dataset.answer ?? this.chosen);
    });
    this.list.addEventListener("keydown", (event) => this.pressed(event));
    this.draw();
  }

  /** All answers are shown again. */
  stop(): void {
    this.changes.disconnect();
    this.list.remove();
    for (const panel of this.panels) {
      panel.replaceWith(...panel.childNodes);
    }
  }

  private get articles(): HTMLElement[] {
    return [...this.columns.querySelectorAll<HTMLElement>("article")];
  }

  private get panels(): HTMLElement[] {
    return [...this.columns.querySelectorAll<HTMLElement>(":scope > [role=tabpanel]")];
  }

  private get tabs(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[role=tab]")];
  }

  /** Answers come one by one, and each is replaced when it begins and when it ends. */
  private draw(): void {
    this.changes.disconnect();
    const { articles } = this;
    if (articles.length > 1) {
      if (!articles.some((article) => article.id === this.chosen)) {
        this.chosen = articles[0]?.id ?? "";
      }
      this.drawPanels(articles);
      this.drawTabs(articles);
      this.mark();
    }
    this.changes.observe(this.columns, { childList: true });
    for (const article of articles) {
      this.changes.observe(article, { attributeFilter: ["aria-busy"] });
      this.changes.observe(article.parentElement ?? this.columns, { childList: true });
    }
  }

  /** Each answer in a panel of its own: an article stays an article. */
  private drawPanels(articles: HTMLElement[]): void {
    for (const article of articles.filter((one) => one.parentElement === this.columns)) {
      const panel = document.createElement("div");
      panel.className = "compare-panel";
      panel.setAttribute("role", "tabpanel");
      article.before(panel);
      panel.append(article);
    }
    for (const panel of this.panels.filter((one) => one.querySelector("article") === null)) {
      panel.remove();
    }
    if (this.columns.firstElementChild !== this.list) {
      this.columns.prepend(this.list);
    }
  }

  private drawTabs(articles: HTMLElement[]): void {
    const known = this.tabs;
    const ids = known.map((tab) => tab.dataset.answer).join(" ");
    if (ids !== articles.map((article) => article.id).join(" ")) {
      this.list.replaceChildren(...articles.map((article) => tabOf(article)));
    }
    for (const [place, tab] of this.tabs.entries()) {
      const article = articles[place];
      tab.toggleAttribute("data-running", article?.getAttribute("aria-busy") === "true");
    }
  }

  private mark(): void {
    for (const tab of this.tabs) {
      const isChosen = tab.dataset.answer === this.chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    for (const panel of this.panels) {
      const id = panel.querySelector("article")?.id ?? "";
      panel.id = `panel-${id}`;
      panel.hidden = id !== this.chosen;
      panel.setAttribute("aria-labelledby", `tab-${id}`);
    }
  }

  private choose(id: string): void {
    this.chosen = id;
    this.mark();
  }

  private pressed(event: KeyboardEvent): void {
    const { tabs } = this;
    const now = tabs.findIndex((tab) => tab.matches(":focus"));
    const next = nextIndex(asListKey(event.key), now, tabs.length);
    const tab = next === null ? undefined : tabs[next];
    if (tab) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(tab.dataset.answer ?? this.chosen);
      tab.focus();
    }
  }
}

function tabOf(article: HTMLElement): HTMLElement {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.className = "compare-tab";
  tab.id = `tab-${article.id}`;
  tab.setAttribute("role", "tab");
  tab.dataset.answer = article.id;
  tab.setAttribute("aria-controls", `panel-${article.id}`);
  const name = document.createElement("span");
  name.className = "truncate";
  name.textContent = nameOf(article);
  tab.append(name);
  return tab;
}
