import { isIP } from "node:net";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { openReplay } from "../../simulators/replay/replay.ts";
import { SimulationWorker } from "../../simulators/simulation-worker.ts";
import { CampusError } from "../errors/campus-error.ts";
import { isLoopback } from "../settings/loopback.ts";
import { aborted, interruption, wholeNumber } from "./exit.ts";

interface SimulateOptions {
  readonly replay?: string;
  readonly listen: string;
  readonly schools: string;
  readonly seed: string;
  readonly scenario: string;
  readonly inventory?: boolean;
  readonly mqtt?: string;
  readonly mqttUser?: string;
}

export function simulateCommand(): Command {
  return new Command("simulate")
    .description(
      "devices that answer on the wire, on loopback only: a seeded county, or recordings of real devices",
    )
    .option("--replay <folder>", "serve the .snmprec files of a folder by community (SNMPv1 and v2c)")
    .option("--listen <host:port>", "where the recordings are served", "127.0.0.1:10161")
    .option("--schools <n>", "schools in the county", "20")
    .option("--seed <n>", "seed of the county", "1")
    .addOption(
      new Option("--scenario <name>", "what is broken in it")
        .choices(["school-day", "quiet"])
        .default("school-day"),
    )
    .option("--inventory", "print the county's inventory, for campusd import, and end")
    .option("--mqtt <url>", "broker that the smart boards publish to")
    .option("--mqtt-user <name>", "user on that broker; the password is read from MQTT_PASSWORD")
    .action(async (options: SimulateOptions) => {
      if (options.replay !== undefined) await runReplay(resolve(options.replay), options.listen);
      else await runCounty(options);
    });
}

async function runReplay(folder: string, listen: string): Promise<void> {
  const colon = listen.lastIndexOf(":");
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const port = wholeNumber("--listen", listen.slice(colon + 1), 0, 65_535);
  if (colon < 1 || isIP(host) === 0 || !isLoopback(host)) {
    throw new CampusError(
      "E_USAGE",
      `--listen takes a loopback address and a port, as 127.0.0.1:10161 or [::1]:10161, not '${listen}'`,
      {
        key: "--listen",
      },
    );
  }
  const signal = interruption();
  const replay = await openReplay(
    {
      dir: folder,
      host,
      port,
      badLine: (file, line, reason) => console.error(`${file}:${line}: ${reason}; the line is left out`),
    },
    signal,
  );
  console.error(`serving ${replay.communities.length} recordings by community; Ctrl-C ends it`);
  console.log(`snmp: ${host.includes(":") ? `[${host}]` : host}:${replay.port}`);
  await aborted(signal);
  await replay.close();
}

async function runCounty(options: SimulateOptions): Promise<void> {
  const schools = wholeNumber("--schools", options.schools, 1, 500);
  const seed = wholeNumber("--seed", options.seed, 0, 0xffff_ffff);
  const signal = interruption();
  const simulation = new SimulationWorker({
    seed,
    schools,
    scenario: options.scenario,
    credential: "simulated",
  });
  await simulation.open(signal);
  try {
    if (options.inventory) {
      console.log(JSON.stringify(await simulation.inventory(), undefined, 1));
      return;
    }
    if (options.mqtt !== undefined) {
      await simulation.connectBoards({
        url: options.mqtt,
        username: options.mqttUser ?? "",
        password: process.env["MQTT_PASSWORD"] ?? "",
      });
    }
    console.log(`simulating ${schools} schools (seed ${seed}); Ctrl-C ends it`);
    await aborted(signal);
  } finally {
    await simulation.close();
  }
}
