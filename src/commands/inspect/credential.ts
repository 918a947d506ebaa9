import type { SnmpCredential } from "../../collection/contract.ts";
import { CampusError } from "../../errors/campus-error.ts";
import { pickCredentials } from "../discover/arguments.ts";
import { settingsFrom } from "../settings-file.ts";

/** The credential that `--config` and `--credential` name; its secrets are read, the others' need not be there. */
export function credentialOf(options: {
  readonly config?: string;
  readonly credential?: string;
}): SnmpCredential | undefined {
  const { config, credential } = options;
  if (credential === undefined) {
    if (config === undefined) return undefined;
    throw new CampusError("E_USAGE", "--config is given for a credential: name it with --credential");
  }
  if (config === undefined)
    throw new CampusError("E_USAGE", "--credential needs --config: the settings file that has it");
  const settings = settingsFrom(config, { onUnreadSecret: () => undefined });
  return pickCredentials(settings, [credential], () => undefined)[0]?.credential;
}
