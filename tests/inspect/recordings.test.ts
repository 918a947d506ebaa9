import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReplay, type Replay } from "../../simulators/replay/replay.ts";
import { binary, describeWith } from "../support/servers.ts";
import { answers, end, freePort, ROOT, type SnapshotLine, snapshots } from "./run.ts";

/** Small ones, each of another family. */
const NAMES = [
  "airos-af60_v3.4",
  "axiscam_p1435-le",
  "ciscowap_iw9165dh",
  "draytek",
  "edgeswitch_8xp",
  "generex-ups_cs141",
  "ios_c3560-slas",
  "junos_mx",
  "routeros_rblhgr",
  "unifi_ukultra",
];
/** Percent of all expected facts: what was measured (503 of 548), less one point. */
const FLOOR = 90.7;

const RECORDINGS = join(ROOT, "../shared/field-recordings");
const isThere = NAMES.every((name) => existsSync(join(RECORDINGS, "recordings", `${name}.snmprec`)));

/** What two looks at the same recording have in common: all but the target, the time and the cost. */
function facts({ target: _target, at: _at, spent: _spent, ...rest }: SnapshotLine): unknown {
  return rest;
}

function recordings(): void {
  let folder: string;
  let replay: Replay;
  let agent: ChildProcess | undefined;
  let simulatorPort: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "inspect-"));
    chmodSync(folder, 0o755);
    for (const name of ["data", "cache", "expected"]) mkdirSync(join(folder, name));
    // The simulator gives root up and writes its index as nobody.
    chmodSync(join(folder, "cache"), 0o777);
    for (const name of NAMES) {
      copyFileSync(
        join(RECORDINGS, "recordings", `${name}.snmprec`),
        join(folder, "data", `${name}.snmprec`),
      );
      copyFileSync(join(RECORDINGS, "expected", `${name}.json`), join(folder, "expected", `${name}.json`));
    }
    replay = await openReplay({ dir: join(folder, "data"), host: "127.0.0.1", port: 0 });
    simulatorPort = await freePort();
    agent = spawn(
      binary("snmpsimd")!,
      [
        ...(process.getuid?.() === 0 ? ["--process-user=nobody", "--process-group=nogroup"] : []),
        `--data-dir=${join(folder, "data")}`,
        `--cache-dir=${join(folder, "cache")}`,
        `--agent-udpv4-endpoint=127.0.0.1:${simulatorPort}`,
        "--logging-method=null",
      ],
      { stdio: "ignore" },
    );
    await answers(`snmp://${NAMES[0]}@127.0.0.1:${simulatorPort}`);
  });
  afterAll(async () => {
    await replay?.close();
    await end(agent);
    rmSync(folder, { recursive: true, force: true });
  });

  it("reads the same from our replay as from Debian's simulator, and what the peer reads", async () => {
    const targets = (port: number) => NAMES.map((name) => `snmp://${name}@127.0.0.1:${port}`);
    const ours = await snapshots(targets(replay.port));
    const theirs = await snapshots(targets(simulatorPort));
    expect(ours.code).toBe(0);
    expect(theirs.code).toBe(0);
    expect(ours.lines.size).toBe(NAMES.length);
    for (const name of NAMES) {
      const mine = ours.lines.get(`snmp://${name}@127.0.0.1:${replay.port}`)!;
      expect(mine.identity!.sysDescr, name).not.toBe("");
      expect(facts(theirs.lines.get(`snmp://${name}@127.0.0.1:${simulatorPort}`)!), name).toEqual(
        facts(mine),
      );
    }
    const file = join(folder, "snapshots.ndjson");
    writeFileSync(file, [...ours.lines.values()].map((line) => JSON.stringify(line)).join("\n"));
    // By its real path: the script compares its own with the one it was started under.
    const score = realpathSync(join(RECORDINGS, "score.mjs"));
    const args = [score, file, "--expected", join(folder, "expected"), "--json"];
    const { devices, answered, total } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: "utf8" }),
    );
    expect({ devices, answered }).toEqual({ devices: NAMES.length, answered: NAMES.length });
    expect((100 * total.ok) / total.all).toBeGreaterThanOrEqual(FLOOR);
  });
}

if (isThere) describeWith(["snmpsimd"], "recordings of real devices", recordings);
else describe.skip("recordings of real devices [missing: the folder ../shared/field-recordings]", recordings);
