/** What is typed while something that shows a field is still on its way. */

/** Keep characters from the page; calling the answer ends that and returns them. */
export function catchTyping(): () => string {
  let typed = "";
  const caught = (event: KeyboardEvent): void => {
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      typed += event.key;
    }
  };
  document.addEventListener("keydown", caught, true);
  return () => {
    document.removeEventListener("keydown", caught, true);
    return typed;
  };
}
