import { join } from "node:path";
import { Command } from "commander";
import type { Settings } from "../settings/schema.ts";
import { weakSnmpProtocols } from "../settings/snmp-security.ts";
import { checkProfilesCommand } from "./check/profiles.ts";
import { checkTargetsCommand } from "./check/targets.ts";
import { settingsFrom } from "./settings-file.ts";

/** The profiles that come with campusd. */
export const BUNDLED_PROFILES = join(import.meta.dirname, "../../device-profiles");

export function checkCommand(): Command {
  const command = new Command("check").description(
    "check a settings file, the device profiles or files of targets; changes nothing",
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

  command.addCommand(checkProfilesCommand(BUNDLED_PROFILES));

  command.addCommand(checkTargetsCommand());

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
