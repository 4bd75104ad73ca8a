/** Prompts as text: which fit what was typed, which variables they hold, filled in. */

const VARIABLE = /\{\{([^{}]+)\}\}/g;

/** `{{name}}` is asked for as text; `{{name:a|b}}` as a choice, which `options` lists. */
export interface Variable {
  key: string;
  name: string;
  options: string[];
}

/** The variables of a text, each once, in the order they appear. */
export function variablesOf(text: string): Variable[] {
  const keys = new Set([...text.matchAll(VARIABLE)].map((match) => (match[1] ?? "").trim()));
  return [...keys].filter(Boolean).map((key) => {
    const colon = key.indexOf(":");
    const options = colon < 0 ? [] : key.slice(colon + 1).split("|");
    return {
      key,
      name: (colon < 0 ? key : key.slice(0, colon)).trim(),
      options: options.map((option) => option.trim()).filter(Boolean),
    };
  });
}

/** The text with values by variable key; one without a value stays as it is written. */
export function filled(text: string, values: ReadonlyMap<string, string>): string {
  // One pass: what somebody fills in is never taken for a variable itself.
  return text.replace(VARIABLE, (whole, key: string) => values.get(key.trim()) || whole);
}

/** How well a prompt fits what follows the slash: commands before names; null for not at all. */
export function rank(search: string, command: string, name: string): number | null {
  const wanted = search.trim().toLowerCase();
  if (!wanted) {
    return command ? 0 : 1;
  }
  if (command.startsWith(wanted)) {
    return command === wanted ? 0 : 1;
  }
  if (command.includes(wanted)) {
    return 2;
  }
  const title = name.toLowerCase();
  if (title.startsWith(wanted)) {
    return 3;
  }
  return wanted.split(/\s+/).every((word) => title.includes(word)) ? 4 : null;
}

/** What was typed after the slash; null when the text does not ask for a prompt. */
export function searchOf(text: string): string | null {
  return text.startsWith("/") && !text.includes("\n") ? text.slice(1) : null;
}
