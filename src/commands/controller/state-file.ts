import { join } from "node:path";
import type { Settings } from "../../settings/schema.ts";

/** Where the inventory is kept. */
export function stateFile(settings: Settings): string {
  return join(settings.data.dir, "state.db");
}
