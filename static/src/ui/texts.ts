/** Sentences of the scripts in the language of the page: the server puts them into the page. */

/** A text by its name, `{name}` in it filled; the English one where the page has none. */
export function text(
  name: string,
  english: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const named = `text${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const found = document.querySelector<HTMLElement>("[data-texts]")?.dataset[named] ?? english;
  return found.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
