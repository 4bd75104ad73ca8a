/** Where a long page is cut into images: pure. */

export interface Slice {
  start: number;
  end: number;
}

/**
 * Cut a page of some height into pieces of at most `most`, all in pixels.
 *
 * `gaps`: places between blocks, ascending. A piece ends at the last gap that fits; where a block
 * is taller than a piece, in the middle of it.
 */
export function slicesOf(height: number, gaps: readonly number[], most: number): Slice[] {
  const slices: Slice[] = [];
  let start = 0;
  while (height - start > most) {
    const fitting = gaps.filter((gap) => gap > start && gap <= start + most);
    const end = fitting.at(-1) ?? start + most;
    slices.push({ start, end });
    start = end;
  }
  slices.push({ start, end: height });
  return slices;
}

/** A file's name from a title: what no system forbids, and a number where there are several. */
export function fileName(title: string, place: number, count: number): string {
  const words = title.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const name = words.join("-").slice(0, 80) || "chat";
  return count === 1 ? `${name}.png` : `${name}-${place}.png`;
}
