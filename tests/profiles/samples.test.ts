import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import { InspectionPlans } from "../../collectors/snmp/inspection/inspect.ts";
import { openReplay, type Replay } from "../../simulators/replay/replay.ts";
import { systemClock } from "../../src/collection/clock.ts";
import { type Inspection, inspectAll } from "../../src/commands/inspect/run.ts";
import { parseTarget } from "../../src/commands/inspect/target.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { SHIPPED } from "./files.ts";

// Our own small recordings, with invented values: each says what its family's profile must read from it, and
// `absent` names the objects that must give no reading (sentinels, parts that are not there, wrong columns).
const FOLDER = join(import.meta.dirname, "samples");
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".snmprec"))
  .map((file) => file.slice(0, -".snmprec".length))
  .sort();

interface Expected {
  readonly identity: Readonly<Record<string, string>>;
  readonly vlans?: readonly object[];
  readonly aps?: readonly object[];
  readonly readings: readonly {
    readonly kind: string;
    readonly value: number;
    readonly oid: string;
    readonly label?: string;
    readonly state?: string;
    /** `profile` where no MIB text says what the value means and the profile was asked. */
    readonly witness?: string;
  }[];
  readonly absent?: readonly string[];
}

const looks = new Map<string, Inspection>();
let replay: Replay;
const bad: string[] = [];

beforeAll(async () => {
  const signal = AbortSignal.timeout(60_000);
  const badLine = (file: string, line: number, reason: string) => bad.push(`${file}:${line}: ${reason}`);
  replay = await openReplay({ dir: FOLDER, host: "127.0.0.1", port: 0, badLine }, signal);
  const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
  await client.open(signal);
  try {
    await inspectAll(
      NAMES.map((name) => parseTarget(`snmp://${name}@127.0.0.1:${replay.port}`, name)),
      {
        client,
        plans: new InspectionPlans(loadProfiles([SHIPPED])),
        // Each target is asked at its own pace, so many at once take no longer than the slowest.
        concurrency: 32,
        retries: 2,
        timeoutMs: 2000,
        version: "v2c",
        credential: undefined,
      },
      async (look) => {
        looks.set(look.target.text.replace(/^snmp:\/\/(.*)@.*$/, "$1"), look);
      },
      signal,
    );
  } finally {
    await client.close();
  }
}, 60_000);

afterAll(() => replay.close());

it("the samples are well-formed", () => {
  expect(bad).toEqual([]);
  expect(NAMES.length).toBeGreaterThan(0);
});

describe.each(NAMES)("%s", (name) => {
  const expected = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as Expected;

  it("is known for what it is", () => {
    const { snapshot, error } = looks.get(name)!;
    expect(error).toBeUndefined();
    expect(snapshot!.identity).toMatchObject(expected.identity);
    if (expected.vlans) expect(snapshot!.vlans).toMatchObject(expected.vlans);
    if (expected.aps) expect(snapshot!.aps).toMatchObject(expected.aps);
  });

  it("gives the readings that its objects mean", () => {
    const readings = looks.get(name)!.snapshot!.readings;
    for (const { value, witness: _, ...want } of expected.readings) {
      const found = readings.filter((one) => one.oid === want.oid && one.kind === want.kind);
      expect(found, `${want.kind} of ${want.oid}`).toContainEqual(
        expect.objectContaining({ ...want, value: expect.closeTo(value, 6) }),
      );
    }
  });

  it("gives none where there is no value", () => {
    const read = new Set(looks.get(name)!.snapshot!.readings.flatMap(({ oid, oids = [] }) => [oid, ...oids]));
    for (const oid of expected.absent ?? []) expect(read.has(oid), oid).toBe(false);
  });
});
