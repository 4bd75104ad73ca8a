/** Clicks on what a script that is still on its way will answer to. */

/** Keep the last click on such a control; calling the answer ends that and returns the control. */
export function catchClick(selector: string): () => HTMLElement | null {
  let clicked: HTMLElement | null = null;
  const caught = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    clicked = target?.closest<HTMLElement>(selector) ?? clicked;
  };
  document.addEventListener("click", caught);
  return () => {
    document.removeEventListener("click", caught);
    return clicked;
  };
}
