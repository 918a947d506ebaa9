import { join, resolve } from "node:path";
import { Command } from "commander";
import { CampusError } from "../errors/campus-error.ts";
import { checkProfiles } from "../profiles/load.ts";
import { problemText } from "../profiles/problems.ts";
import type { Settings } from "../settings/schema.ts";
import { weakSnmpProtocols } from "../settings/snmp-security.ts";
import { EXIT } from "./exit.ts";
import { settingsFrom } from "./settings-file.ts";

/** The profiles that come with campusd. */
export const BUNDLED_PROFILES = join(import.meta.dirname, "../../device-profiles");

export function checkCommand(): Command {
  const command = new Command("check").description(
    "check a settings file or the device profiles; changes nothing",
  );

  command
    .command("settings")
    .description("check campusd.yaml: every problem with its line and key")
    .argument("[file]", "the settings file", "campusd.yaml")
    .option("--secrets", "secrets must be readable here too: by default one that is not is a note")
    .action((file: string, options: { secrets?: boolean }) => {
      const settings = settingsFrom(
        file,
        options.secrets ? {} : { onUnreadSecret: (why) => console.error(`note: ${why}`) },
      );
      for (const note of weaknesses(settings)) console.error(`note: ${note}`);
      console.log(
        `${file}: good (store ${settings.store.kind}, ${Object.keys(settings.credentials).length} credentials, page on ${settings.http.host}:${settings.http.port})`,
      );
    });

  command
    .command("profiles")
    .description("check device profiles: each problem with its file, line and key")
    .argument("[folder...]", "folders of profiles, besides the ones that come with campusd")
    .option("--json", "print the report as JSON")
    .action((folders: string[], options: { json?: boolean }) => {
      const report = checkProfiles([BUNDLED_PROFILES, ...folders.map((folder) => resolve(folder))]);
      if (options.json) {
        console.log(JSON.stringify(report, undefined, 2));
      } else {
        for (const profile of report.profiles) {
          const points = `${profile.points.length} points`.padStart(10);
          console.log(
            `${profile.id.padEnd(28)} ${profile.protocols.join(",").padEnd(7)} ${points}  ${profile.title.en}`,
          );
        }
        console.log(`${report.profiles.length} profiles and ${report.parts.length} parts are good`);
      }
      if (report.problems.length > 0) {
        throw new CampusError(
          "E_PROFILE",
          `${report.problems.length} ${report.problems.length === 1 ? "problem" : "problems"} in the device profiles:\n${report.problems.map((p) => `  ${problemText(p)}`).join("\n")}`,
        );
      }
      process.exitCode = EXIT.done;
    });

  return command;
}

/** Credentials that are good and not secure. */
function weaknesses(settings: Settings): string[] {
  return Object.entries(settings.credentials).flatMap(([name, credential]) => {
    if (credential.protocol !== "snmp" || credential.version !== "v3") return [];
    if (!credential.auth) return [`credentials.${name}: SNMPv3 without a signature proves nothing`];
    return weakSnmpProtocols(credential).map(
      (protocol) =>
        `credentials.${name}: ${protocol} is weak; take it only where the device has nothing better`,
    );
  });
}
