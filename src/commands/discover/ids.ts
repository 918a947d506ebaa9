import type { InventoryRows } from "../../inventory/rows.ts";

const MAX_ID = 64;

/** Gives new devices ids that are free, and the same ones when the same devices are found again. */
export class DeviceIds {
  readonly #taken: Set<string>;

  constructor(rows: InventoryRows) {
    this.#taken = new Set(rows.device.keys());
  }

  /** From the name where it has letters for it; what tells it from others of that name is put behind. */
  take(name: string | undefined, mark: string): string {
    const base = slug(name ?? "");
    const behind = slug(mark) || "x";
    const plain = base.slice(0, MAX_ID);
    const marked = `${(base || "device").slice(0, MAX_ID - 1 - Math.min(behind.length, 40))}-${behind.slice(0, 40)}`;
    for (let i = 0; ; i++) {
      const id = i === 0 && plain !== "" ? plain : i < 2 ? marked : `${marked.slice(0, MAX_ID - 7)}-${i}`;
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      return id;
    }
  }
}

/** Letters, digits, `.`, `_` and `-`, beginning with a letter or digit. */
function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
