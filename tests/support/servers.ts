import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "vitest";

/** Debian packages that bring the servers and tools the tests talk to: binary to package. */
export const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  snmpd: "snmpd",
  snmpget: "snmp",
  snmpbulkwalk: "snmp",
  snmpsimd: "snmpsim",
  "prometheus-snmp-exporter": "prometheus-snmp-exporter",
  mosquitto: "mosquitto",
  mosquitto_pub: "mosquitto-clients",
  influxd: "influxdb",
  chromium: "chromium",
  mbpoll: "mbpoll",
  fping: "fping",
};

/** Packages that bring no binary of their own but are needed all the same: a file of each. */
export const DEBIAN_FILES: Readonly<Record<string, string>> = {
  "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
};

const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** Absolute path of a program, or undefined when the machine has none of that name. */
export function binary(name: string): string | undefined {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_FOLDERS]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/**
 * A `describe` that needs programs. Where one is missing the suite is reported as skipped, with its name and
 * package in the title; with CI=true a missing one is a failure.
 */
export function describeWith(names: readonly string[], title: string, body: () => void): void {
  const missing = names.filter((name) => binary(name) === undefined);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const list = missing.map((name) => `${name} (Debian package ${DEBIAN_PACKAGES[name] ?? name})`).join(", ");
  if (process.env["CI"] === "true") {
    describe(title, () => {
      it(`needs ${list}`, () => {
        throw new Error(`missing on this machine: ${list}`);
      });
    });
    return;
  }
  describe.skip(`${title} [missing: ${list}]`, body);
}
