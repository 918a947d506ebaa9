/** A tile of a treemap, in the unit of the room that was given. */
export interface Tile<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Fills a room with tiles whose areas are as their weights and whose shapes are as square as can be (Bruls, Huizing,
 * van Wijk 2000). Weights of nothing or less get no tile. Larger ones come first.
 */
export function squarify<T>(
  items: readonly T[],
  weightOf: (item: T) => number,
  width: number,
  height: number,
): Tile<T>[] {
  const weighed = items
    .map((item) => ({ item, weight: weightOf(item) }))
    .filter((one) => one.weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const total = weighed.reduce((sum, one) => sum + one.weight, 0);
  if (total <= 0 || width <= 0 || height <= 0) return [];
  const scale = (width * height) / total;
  const tiles: Tile<T>[] = [];
  let [x, y, w, h] = [0, 0, width, height];
  let row: { item: T; area: number }[] = [];

  /** The worst ratio of sides in a row along a side of that length. */
  const worst = (list: readonly { area: number }[], side: number): number => {
    const sum = list.reduce((all, one) => all + one.area, 0);
    return Math.max(
      ...list.map(({ area }) =>
        Math.max((side * side * area) / (sum * sum), (sum * sum) / (side * side * area)),
      ),
    );
  };
  const settle = (): void => {
    const sum = row.reduce((all, one) => all + one.area, 0);
    const upright = w >= h;
    const depth = sum / (upright ? h : w);
    let along = 0;
    for (const { item, area } of row) {
      const length = area / depth;
      tiles.push(
        upright
          ? { item, x, y: y + along, width: depth, height: length }
          : { item, x: x + along, y, width: length, height: depth },
      );
      along += length;
    }
    if (upright) [x, w] = [x + depth, w - depth];
    else [y, h] = [y + depth, h - depth];
    row = [];
  };
  for (const { item, weight } of weighed) {
    const next = { item, area: weight * scale };
    const side = Math.min(w, h);
    if (row.length > 0 && worst([...row, next], side) > worst(row, side)) settle();
    row.push(next);
  }
  if (row.length > 0) settle();
  return tiles;
}
