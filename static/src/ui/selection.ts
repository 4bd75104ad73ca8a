/** Which rows are chosen: pure. */

/** The ids from `anchor` to `id` in the order of the list, both included. */
export function rangeOf(order: readonly string[], anchor: string, id: string): string[] {
  const [from, to] = [order.indexOf(anchor), order.indexOf(id)];
  if (from < 0 || to < 0) {
    return [id];
  }
  return order.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** The chosen ids after a box was set; with Shift all from the one before get the same. */
export function chosenAfter(
  chosen: ReadonlySet<string>,
  order: readonly string[],
  box: { id: string; isOn: boolean; anchor: string },
): Set<string> {
  const next = new Set(chosen);
  for (const id of box.anchor ? rangeOf(order, box.anchor, box.id) : [box.id]) {
    if (box.isOn) {
      next.add(id);
    } else {
      next.delete(id);
    }
  }
  return next;
}
