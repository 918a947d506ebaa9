import type { Inspection } from "./inspect-run.ts";
export function inspectionText(one: Inspection): string {
  return JSON.stringify(one);
}
