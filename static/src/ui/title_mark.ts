/** A mark before the page's title: an answer is being written, or ended while nobody looked. */

const MARKS = { running: "○ ", ended: "● ", none: "" };
type State = keyof typeof MARKS;
const ANY = /^[○●] /;

let state: State = "none";

function show(): void {
  const wanted = MARKS[state] + document.title.replace(ANY, "");
  if (document.title !== wanted) {
    document.title = wanted;
  }
}

function set(next: State): void {
  state = next;
  show();
}

/** Say that something ended that nobody has seen. */
export function markEnded(): void {
  if (document.hidden) {
    set("ended");
  }
}

export function watchTitle(chat: HTMLElement): void {
  chat.addEventListener("lc:running", (event) => {
    if ((event as CustomEvent<boolean>).detail) {
      set("running");
    } else if (state === "running") {
      set(document.hidden ? "ended" : "none");
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && state === "ended") {
      set("none");
    }
  });
  const title = document.querySelector("head > title");
  if (title) {
    // A chat that is given its name keeps the mark.
    new MutationObserver(show).observe(title, { childList: true });
  }
  if (chat.dataset.generationId) {
    set("running");
  }
}
