import { CampusError } from "../errors/campus-error.ts";
import { parseSettings } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";

export interface DemoSettingsOptions {
  /** Absolute path. */
  readonly dataDir: string;
  readonly port: number;
  /** The community the simulated agents answer to. */
  readonly community: string;
  /** The simulated gateways' user on the embedded broker. */
  readonly gateway: { readonly username: string; readonly password: string };
  /** Everything the gateways publish. */
  readonly topics: readonly string[];
  readonly logLevel: string;
}

/**
 * The settings of the demo, as the campusd.yaml that a person would write for the same: they go through the same
 * checks. JSON is YAML.
 */
export function demoSettings(options: DemoSettingsOptions): Settings {
  const document = {
    node: { id: "demo" },
    data: { dir: options.dataDir },
    http: { host: "127.0.0.1", port: options.port },
    // Devices with an address of IPv6 and those of IPv4 send to their own family.
    snmp: { traps: { enabled: true, port: 0 } },
    mqtt: {
      broker: {
        enabled: true,
        host: "127.0.0.1",
        port: 0,
        users: [{ ...options.gateway, topics: options.topics }],
      },
    },
    credentials: { simulated: { protocol: "snmp", version: "v2c", community: options.community } },
    // Whoever looks at a demo does not wait for a quarter of an hour.
    targets: { every: "1m" },
    log: { level: options.logLevel },
  };
  const { settings, problems } = parseSettings(JSON.stringify(document), "(demo)", {});
  if (!settings) {
    throw new CampusError(
      "E_INTERNAL",
      `the demo's settings are refused: ${problems.map((p) => p.text).join("; ")}`,
    );
  }
  return settings;
}
