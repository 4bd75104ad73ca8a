/** Foreign images load only when asked for. */

export function watchImages(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const gate = target?.closest<HTMLElement>("button.image-gate");
    const source = gate?.dataset.src;
    if (gate && source) {
      const image = document.createElement("img");
      image.src = source;
      image.alt = gate.dataset.alt ?? "";
      image.referrerPolicy = "no-referrer";
      gate.replaceWith(image);
    }
  });
}
