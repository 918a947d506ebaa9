import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { CampusError } from "../../../src/errors/campus-error.ts";
import { MAX_INT31 } from "../usm/message.ts";
import type { OwnEngine } from "./usm.ts";

/**
 * RFC 3411 SnmpEngineID: the top bit, an enterprise number, 5 for "octets", octets. campusd has no number of
 * its own: 32473 is the one for examples (RFC 5612), and the twelve random octets make the id unique.
 */
const PREFIX = Uint8Array.of(0x80, 0x00, 0x7e, 0xd9, 0x05);
const RANDOM_OCTETS = 12;

/**
 * Our engine's id from `file`, made at the first start, and its boots, one more than at the last start (RFC 3414
 * section 2.2: a sender tells by them that our time began anew). Throws E_FILE.
 */
export function startEngine(file: string, random: (octets: number) => Uint8Array): OwnEngine {
  const before = readEngine(file);
  const fresh = !before || before.boots >= MAX_INT31 - 1;
  const id = fresh ? Buffer.concat([PREFIX, random(RANDOM_OCTETS)]) : Buffer.from(before.id, "hex");
  const engine = { id, boots: fresh ? 1 : before.boots + 1 };
  try {
    // A crash leaves the old file or the new one.
    writeFileSync(`${file}.new`, `${JSON.stringify({ id: id.toString("hex"), boots: engine.boots })}\n`, {
      flush: true,
    });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CampusError("E_FILE", `cannot write ${file}: ${(error as Error).message}`, { file }, error);
  }
  return engine;
}

function readEngine(file: string): { id: string; boots: number } | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CampusError("E_FILE", `cannot read ${file}: ${(error as Error).message}`, { file }, error);
  }
  try {
    const { id, boots } = JSON.parse(text) as { id: unknown; boots: unknown };
    if (typeof id === "string" && /^([0-9a-f]{2}){5,32}$/.test(id) && Number.isSafeInteger(boots))
      return { id, boots: boots as number };
  } catch {
    // not JSON: told below
  }
  throw new CampusError(
    "E_FILE",
    `${file} is not what campusd wrote; remove it, and senders of SNMPv3 informs will ask for the new engine`,
    { file },
  );
}
