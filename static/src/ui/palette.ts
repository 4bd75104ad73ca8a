/** The palette: chats and messages while typing, commands after ">". Loaded when first opened. */

import { getHtml, sentence } from "../api/http";
import { element } from "../stream/painter";
import { type Command, commandSearch, commandsIn, fits, loadCommands } from "./commands";
import { nextIndex } from "./menu";
import { commandRow, newChatLink } from "./palette_rows";
import { actionFor, nameOf } from "./shortcut_keys";
import { bindings } from "./shortcuts";
import { text } from "./texts";

const PAUSE_MS = 100;
const MOVES = new Set(["ArrowDown", "ArrowUp"]);

/** Open the palette with what was typed, and entered, already, or close it when it is open. */
export function openPalette(typed: string, isEntered: boolean): void {
  const known = document.querySelector<PaletteElement>("lc-palette");
  const palette = known ?? new PaletteElement();
  if (!known) {
    document.body.append(palette);
  }
  palette.toggle(typed, isEntered);
}

class PaletteElement extends HTMLElement {
  private timer = 0;
  private asked = 0;
  private active = 0;
  private commandsReady: Promise<void> | null = null;
  private shown: Command[] = [];
  private isCurrent = false; // the list answers what is typed
  private entered: { inNewTab: boolean } | null = null; // Enter, before the list was there

  connectedCallback(): void {
    if (this.firstElementChild) {
      return;
    }
    const dialog = element(FRAME);
    if (!dialog) {
      return;
    }
    this.append(dialog);
    this.nameParts();
    this.input?.addEventListener("input", () => this.typed());
    this.dialog?.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog?.addEventListener("click", (event) => this.clicked(event));
    this.dialog?.addEventListener("close", () => this.closed());
  }

  toggle(typed: string, isEntered: boolean): void {
    const { dialog, input } = this;
    if (!dialog || !input || dialog.open) {
      dialog?.close();
      return;
    }
    input.value = typed;
    this.list?.replaceChildren();
    dialog.showModal();
    input.focus();
    this.commandsReady = null; // another chat may be open, another theme chosen
    this.entered = isEntered ? { inNewTab: false } : null;
    this.look();
  }

  private get dialog(): HTMLDialogElement | null {
    return this.querySelector("dialog");
  }

  private get input(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  private get list(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[role=listbox]");
  }

  private get options(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private nameParts(): void {
    const label = text("palette", "Search chats; > lists commands");
    this.dialog?.setAttribute("aria-label", label);
    this.input?.setAttribute("aria-label", label);
    this.input?.setAttribute("placeholder", label);
    this.list?.setAttribute("aria-label", text("paletteResults", "Results"));
    const help = this.querySelector("[data-palette-help]");
    if (help) {
      help.textContent = text("paletteHelp", "↑ ↓ move · Enter opens · > commands · Esc closes");
    }
  }

  private typed(): void {
    clearTimeout(this.timer);
    this.asked += 1; // whatever is on its way answers something older
    this.isCurrent = false;
    this.entered = null;
    const isCommand = commandSearch(this.input?.value ?? "") !== null;
    this.timer = window.setTimeout(() => this.look(), isCommand ? 0 : PAUSE_MS);
  }

  private look(): void {
    this.asked += 1;
    this.isCurrent = false;
    const mine = this.asked;
    this.search(mine).catch((error: unknown) => mine === this.asked && this.failed(error));
  }

  private async search(mine: number): Promise<void> {
    const typed = this.input?.value ?? "";
    const wanted = commandSearch(typed);
    if (wanted !== null) {
      const place = this.querySelector<HTMLElement>("[data-palette-commands]");
      if (place) {
        this.commandsReady ??= loadCommands(place);
        await this.commandsReady;
        if (mine === this.asked) {
          this.showCommands(commandsIn(place).filter(({ label }) => fits(label, wanted)));
        }
      }
      return;
    }
    const html = await getHtml(`/_/palette?q=${encodeURIComponent(typed)}`);
    if (mine === this.asked) {
      this.showHits(html, typed.trim());
    }
  }

  private showHits(html: string, typed: string): void {
    const template = document.createElement("template");
    template.innerHTML = html;
    const links = [
      ...template.content.querySelectorAll<HTMLElement>("[data-palette-hit] a, [data-palette-all]"),
    ];
    if (typed) {
      links.push(newChatLink(typed));
    }
    const found = template.content.querySelectorAll("[data-palette-hit]").length;
    const notice = template.content.querySelector(".search-notice")?.textContent.trim() ?? "";
    this.shown = [];
    this.fill(links);
    this.say(found === 0 && typed ? text("paletteNone", "Nothing matches.") : notice, found);
    this.arrived();
  }

  private showCommands(commands: Command[]): void {
    const keys = bindings();
    this.shown = commands;
    this.fill(commands.map((command) => commandRow(command, keys[command.name] ?? "")));
    this.say(
      commands.length === 0 ? text("paletteNoCommand", "There is no such command.") : "",
      commands.length,
    );
    this.arrived();
  }

  private fill(options: HTMLElement[]): void {
    for (const [place, option] of options.entries()) {
      option.id = `palette-${place}`;
      option.setAttribute("role", "option");
      option.tabIndex = -1;
    }
    this.list?.replaceChildren(...options);
    this.mark(0);
  }

  /** What nothing else shows is written; how many there are is for screen readers alone. */
  private say(sentenceShown: string, count: number): void {
    const note = this.querySelector<HTMLElement>("[data-palette-note]");
    const status = this.querySelector<HTMLElement>("[data-palette-count]");
    if (note && status) {
      note.textContent = sentenceShown;
      status.textContent = `${count} ${text("paletteCount", "results")}`;
    }
  }

  /** The list is what was asked for: do what was asked of it meanwhile. */
  private arrived(): void {
    this.isCurrent = true;
    const { entered } = this;
    this.entered = null;
    if (entered) {
      this.choose(this.active, entered.inNewTab);
    }
  }

  private failed(error: unknown): void {
    this.commandsReady = null;
    this.entered = null;
    this.fill([]);
    this.say(sentence(error), 0);
  }

  private mark(index: number): void {
    this.active = index;
    const { options, input } = this;
    for (const [place, option] of options.entries()) {
      option.setAttribute("aria-selected", String(place === index));
    }
    const active = options[index];
    if (active) {
      input?.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else {
      input?.removeAttribute("aria-activedescendant");
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing) {
      return;
    }
    if (actionFor(bindings(), nameOf(event)) === "palette") {
      event.preventDefault();
      this.dialog?.close();
      return;
    }
    const next = MOVES.has(event.key)
      ? nextIndex(event.key, this.active, this.options.length)
      : null;
    if (next !== null) {
      event.preventDefault();
      this.mark(next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enter(event.ctrlKey || event.metaKey);
    }
  }

  /** What is listed for an earlier text is never chosen for a later one. */
  private enter(inNewTab: boolean): void {
    if (this.isCurrent) {
      this.choose(this.active, inNewTab);
    } else {
      this.entered = { inNewTab };
    }
  }

  private clicked(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    if (target === this.dialog) {
      this.dialog?.close(); // beside the frame
      return;
    }
    const option = target?.closest<HTMLElement>("[role=option]");
    if (option && !option.matches("a")) {
      this.choose(this.options.indexOf(option), false);
    }
  }

  private choose(index: number, inNewTab: boolean): void {
    const option = this.options[index];
    const command = this.shown[index];
    if (command) {
      this.dialog?.close();
      command.run();
    } else if (option instanceof HTMLAnchorElement && inNewTab) {
      window.open(option.href, "_blank", "noopener");
    } else if (option instanceof HTMLAnchorElement) {
      this.dialog?.close();
      go(option.href);
    }
  }

  private closed(): void {
    clearTimeout(this.timer);
    this.asked += 1;
    this.entered = null;
  }
}

customElements.define("lc-palette", PaletteElement);

const FRAME = `<dialog class="palette"><div class="palette-frame">
  <input class="palette-input" type="text" role="combobox" aria-expanded="true"
    aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" spellcheck="false"
    maxlength="200">
  <div class="palette-list" id="palette-list" role="listbox"></div>
  <p class="palette-note" data-palette-note></p>
  <p class="visually-hidden" role="status" data-palette-count></p>
  <p class="palette-help" data-palette-help aria-hidden="true"></p>
  <div data-palette-commands hidden></div>
</div></dialog>`;

/** The same chat at another message is the same page with another address: load it anyway. */
function go(url: string): void {
  const wanted = new URL(url, location.href);
  const isSamePage = wanted.pathname === location.pathname && wanted.search === location.search;
  if (isSamePage && wanted.hash) {
    history.replaceState({}, "", wanted);
    location.reload();
  } else {
    location.assign(wanted);
  }
}
