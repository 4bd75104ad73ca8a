/** What is typed while something that shows a field is still on its way. */

export interface Typed {
  text: string;
  /** Enter ended it; what follows is not for the field any more. */
  isEntered: boolean;
  /** Escape: the field is not wanted any more. */
  isLeft: boolean;
}

function after(typed: Typed, key: string): Typed {
  switch (key) {
    case "Enter":
      return { ...typed, isEntered: true };
    case "Escape":
      return { ...typed, isLeft: true };
    case "Backspace":
      return { ...typed, text: typed.text.slice(0, -1) };
    default:
      return { ...typed, text: typed.text + key };
  }
}

const NAMED = new Set(["Enter", "Escape", "Backspace"]);

/** Keep keys from the page; calling the answer ends that and returns them. */
export function catchTyping(): () => Typed {
  let typed: Typed = { text: "", isEntered: false, isLeft: false };
  const caught = (event: KeyboardEvent): void => {
    const { key } = event;
    const isOurs = key.length === 1 || NAMED.has(key);
    if (isOurs && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      typed = typed.isEntered || typed.isLeft ? typed : after(typed, key);
    }
  };
  document.addEventListener("keydown", caught, true);
  return () => {
    document.removeEventListener("keydown", caught, true);
    return typed;
  };
}
