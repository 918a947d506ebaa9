import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { type Capture, captureDevice } from "../../collectors/snmp/capture/capture.ts";
import { CAPTURE_LIMITS } from "../../collectors/snmp/capture/walk.ts";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import { InspectionPlans } from "../../collectors/snmp/inspection/inspect.ts";
import { systemClock } from "../collection/clock.ts";
import type { SnmpCredential } from "../collection/contract.ts";
import { CampusError } from "../errors/campus-error.ts";
import { loadProfiles } from "../profiles/load.ts";
import { captureReportText } from "./capture/report.ts";
import { BUNDLED_PROFILES } from "./check.ts";
import { durationOption } from "./discover/arguments.ts";
import { EXIT, interruption, wholeNumber } from "./exit.ts";
import { credentialOf } from "./inspect/credential.ts";
import { type InspectTarget, parseTarget, resolveTarget } from "./inspect/target.ts";
import { VERSION } from "./version.ts";

interface Options {
  readonly out?: string;
  readonly subtrees?: string;
  readonly limit: string;
  readonly time: string;
  readonly timeout: string;
  readonly retries: string;
  readonly v1?: boolean;
  readonly config?: string;
  readonly credential?: string;
  readonly profiles: readonly string[];
}

const MAX_SUBTREES = 64;

export function captureCommand(): Command {
  return new Command("capture")
    .description(
      "record a device over SNMP for the authors of profiles: who and where it is, its addresses and its users are taken out; changes nothing",
    )
    .argument("<target>", "snmp://COMMUNITY@HOST[:PORT], or snmp://HOST[:PORT] with --credential")
    .option(
      "--out <file>",
      "where to write the recording (.snmprec), a file that is not there yet; default: standard output",
    )
    .option("--subtrees <oids>", "read these subtrees only, with commas between them, and the system group")
    .option("--limit <n>", "objects to read at most", String(CAPTURE_LIMITS.maxVarbinds))
    .option("--time <duration>", "time to read at most", "10m")
    .option("--timeout <duration>", "wait for one answer", "2s")
    .option("--retries <n>", "how often a request is sent again", "2")
    .option("--v1", "ask with SNMPv1")
    .option("--config <file>", "the settings that have the credential, as campusd.yaml")
    .option("--credential <name>", "ask with this credential: SNMPv3 users too")
    .option(
      "--profiles <folder>",
      "a folder of profiles besides the ones that come with campusd; may be repeated",
      (folder: string, all: readonly string[]) => [...all, folder],
      [],
    )
    .addHelpText(
      "after",
      `
One request is in flight, at most 50 a second go out. Tables of Wi-Fi stations, users, connections, routes, forwarding
entries, programs and logs are not read. Look at the file before you send it: docs/capture.md says what is changed.`,
    )
    .action(run);
}

async function run(text: string, options: Options): Promise<void> {
  const credential = credentialOf(options);
  const target = parseTarget(text, "the target", !credential);
  const access = target.community
    ? ({ version: options.v1 ? "v1" : "v2c", community: target.community } as const)
    : credential;
  if (!access) throw new CampusError("E_USAGE", "the target has no community and no credential is named");
  const subtrees = options.subtrees === undefined ? undefined : parseSubtrees(options.subtrees);
  const limits = {
    maxVarbinds: wholeNumber("--limit", options.limit, 1, 2_000_000),
    maxMs: durationOption("--time", options.time, 1000, 6 * 3_600_000),
  };
  const timeoutMs = durationOption("--timeout", options.timeout, 50, 60_000);
  const retries = wholeNumber("--retries", options.retries, 0, 10);
  const plans = new InspectionPlans(
    loadProfiles([BUNDLED_PROFILES, ...options.profiles.map((folder) => resolve(folder))]),
  );
  const signal = interruption();
  const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
  await client.open(signal);
  let capture: Capture;
  try {
    const snmp = client.target({ endpoint: await resolveTarget(target), ...access, timeoutMs, retries });
    const end = (): void => snmp.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      capture = await captureDevice(snmp.session, plans, {
        key: randomBytes(32),
        limits,
        secrets: secretsOf(target, access),
        head: [`campusd ${VERSION} capture: who and where the device is was taken out`],
        progress: progressLine(),
        ...(subtrees ? { subtrees } : {}),
      });
    } finally {
      snmp.close();
    }
  } finally {
    await client.close();
  }
  if (signal.aborted) {
    process.exitCode = EXIT.failed;
    return;
  }
  write(capture.text, options.out);
  console.error(captureReportText(capture.report, options.out));
  process.exitCode = capture.report.partial === undefined ? EXIT.done : EXIT.failed;
}

function secretsOf(target: InspectTarget, access: { readonly version: string }): string[] {
  if (target.community) return [target.community.reveal()];
  const credential = access as SnmpCredential;
  return credential.version === "v3" ? [credential.user] : [credential.community.reveal()];
}

function parseSubtrees(text: string): number[][] {
  const list = text.split(",").map((one) => one.trim().replace(/^\./, ""));
  if (list.length > MAX_SUBTREES)
    throw new CampusError("E_USAGE", `--subtrees takes at most ${MAX_SUBTREES} OIDs`, { key: "--subtrees" });
  return list.map((one) => {
    const arcs = one.split(".").map(Number);
    if (!/^[0-2](?:\.\d{1,10}){1,100}$/.test(one) || arcs.some((arc) => arc > 0xffff_ffff) || arcs[1]! > 39)
      throw new CampusError("E_USAGE", `--subtrees takes OIDs as 1.3.6.1.2.1.2, not '${one}'`, {
        key: "--subtrees",
      });
    return arcs;
  });
}

/** How far it is, for a person who waits. */
function progressLine(): (objects: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  let shown = 0;
  return (objects) => {
    if (objects < shown + 1000) return;
    shown = objects;
    process.stderr.write(`\r${objects} objects `);
  };
}

function write(text: string, out: string | undefined): void {
  if (out === undefined || out === "-") {
    // `capture ... | head` closes the pipe: that is no fault.
    process.stdout.on("error", () => undefined);
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(resolve(out), text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "it is there already; name another one" : message;
    throw new CampusError("E_FILE", `cannot write ${out}: ${why}`, { file: out }, error);
  }
}
