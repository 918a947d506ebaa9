import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import { InspectionPlans } from "../../collectors/snmp/inspection/inspect.ts";
import { openReplay } from "../../simulators/replay/replay.ts";
import { systemClock } from "../../src/collection/clock.ts";
import { jsonLine } from "../../src/commands/inspect/json.ts";
import { inspectAll } from "../../src/commands/inspect/run.ts";
import { parseTarget } from "../../src/commands/inspect/target.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { ROOT } from "./run.ts";

/**
 * Percent of the facts that an established system reads out of every recording, in sections: a little under what
 * was measured, so that a profile or a decoder that gets worse does not get in.
 */
const FLOORS: Readonly<Record<"all" | "campus", Readonly<Record<string, number>>>> = {
  all: {
    total: 98.6,
    interfaces: 99,
    "addresses.ipv4": 99.5,
    "addresses.ipv6": 98.5,
    hosts: 91.5,
    identity: 92,
    vlans: 99.8,
    neighbors: 99.9,
    readings: 94.6,
  },
  campus: {
    total: 99.6,
    interfaces: 99.8,
    "addresses.ipv4": 99.9,
    "addresses.ipv6": 95.5,
    identity: 95.8,
    vlans: 99.7,
    neighbors: 99.9,
    readings: 97.5,
  },
};

const FIELD = join(ROOT, "../shared/field-recordings");
const isThere = existsSync(join(FIELD, "score.mjs")) && existsSync(join(FIELD, "recordings"));

interface Tally {
  readonly ok: number;
  readonly all: number;
}
interface Score {
  readonly devices: number;
  readonly answered: number;
  readonly total: Tally;
  readonly sections: Readonly<Record<string, Tally>>;
}

/** Percent of the section, or of all those that begin with its name. */
function percent(score: Score, section: string): number {
  const parts = Object.entries(score.sections).filter(
    ([name]) => name === section || name.startsWith(`${section}.`),
  );
  const tallies = section === "total" ? [score.total] : parts.map(([, tally]) => tally);
  const ok = tallies.reduce((sum, tally) => sum + tally.ok, 0);
  const all = tallies.reduce((sum, tally) => sum + tally.all, 0);
  return (100 * ok) / all;
}

function recordings(): void {
  let folder: string;
  let names: string[];
  const errors: string[] = [];
  const scores: Partial<Record<"all" | "campus", Score>> = {};

  beforeAll(async () => {
    const signal = AbortSignal.timeout(400_000);
    const dir = join(FIELD, "recordings");
    names = readdirSync(dir)
      .filter((file) => file.endsWith(".snmprec"))
      .map((file) => file.slice(0, -".snmprec".length));
    folder = mkdtempSync(join(tmpdir(), "field-score-"));
    const replay = await openReplay({ dir, host: "127.0.0.1", port: 0 }, signal);
    const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
    await client.open(signal);
    const lines: string[] = [];
    try {
      await inspectAll(
        names.map((name) => parseTarget(`snmp://${encodeURIComponent(name)}@127.0.0.1:${replay.port}`, name)),
        {
          client,
          plans: new InspectionPlans(loadProfiles([join(ROOT, "device-profiles")])),
          concurrency: 48,
          retries: 3,
          timeoutMs: 10_000,
          version: "v2c",
          credential: undefined,
        },
        async (look) => {
          if (look.error) errors.push(`${look.target.text}: ${look.error.message}`);
          lines.push(jsonLine(look));
        },
        signal,
      );
    } finally {
      await client.close();
      await replay.close();
    }
    const file = join(folder, "snapshots.ndjson");
    writeFileSync(file, lines.join(""));
    // By its real path: the script compares its own with the one it was started under.
    const script = realpathSync(join(FIELD, "score.mjs"));
    for (const [which, flags] of [
      ["all", []],
      ["campus", ["--campus"]],
    ] as const)
      scores[which] = JSON.parse(
        execFileSync(process.execPath, [script, file, "--json", ...flags], { encoding: "utf8" }),
      );
  }, 480_000);

  afterAll(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it("every recording is read to its end", () => {
    expect(errors).toEqual([]);
    expect(scores.all!.answered).toBe(names.length);
  });

  it.each(["all", "campus"] as const)("what is read of %s holds its score", (which) => {
    const score = scores[which]!;
    const measured = Object.fromEntries(
      Object.keys(FLOORS[which]).map((section) => [section, percent(score, section)]),
    );
    const below = Object.entries(FLOORS[which]).filter(([section, floor]) => !(measured[section]! >= floor));
    expect(below, JSON.stringify(measured)).toEqual([]);
  });
}

if (isThere) describe("the score on recordings of real devices", recordings);
else describe.skip("the score on recordings [missing: the folder ../shared/field-recordings]", recordings);
