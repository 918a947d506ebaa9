import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TRAP_DROPS } from "../../collectors/snmp/traps/counters.ts";
import { TRAP_LIMITS } from "../../collectors/snmp/traps/limits.ts";
import { notificationOf } from "../../collectors/snmp/traps/notifications.ts";
import { objectOf, valueText } from "../../collectors/snmp/traps/objects.ts";
import { parseSettings } from "../../src/settings/load.ts";

const text = readFileSync(join(import.meta.dirname, "..", "..", "docs", "traps.md"), "utf8");

describe("docs/traps.md", () => {
  it("shows settings that campusd takes, with the defaults it names", () => {
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
    expect(blocks).toHaveLength(2);
    for (const block of blocks) {
      const { settings, problems } = parseSettings(block, "/campusd.yaml", {
        env: { CAMPUSD_TRAP_COMMUNITY: "x" },
      });
      expect(problems).toEqual([]);
      const { perSecond, totalPerSecond, enabled } = settings!.snmp.traps;
      expect({ enabled, perSecond, totalPerSecond }).toEqual({
        enabled: true,
        perSecond: 20,
        totalPerSecond: 500,
      });
    }
    expect(TRAP_LIMITS).toEqual({ perSecond: 20, burst: 100, totalPerSecond: 500 });
    const { settings } = parseSettings("", "/campusd.yaml");
    expect(settings!.snmp.traps).toMatchObject({ enabled: false, hosts: ["127.0.0.1", "::1"], port: 10_162 });
    expect(settings!.events).toEqual({ keepMs: 90 * 86_400_000, most: 100_000 });
  });

  it("explains every reason, in the order of the code", () => {
    expect([...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])).toEqual([...TRAP_DROPS]);
  });

  it("refuses credentials that are not there or not for SNMP, saying where", () => {
    const wrong = (credentials: object, names: string[]) =>
      parseSettings(JSON.stringify({ credentials, snmp: { traps: { credentials: names } } }), "/campusd.yaml")
        .problems;
    const board = { protocol: "mqtt", username: "u", password: "p" };
    expect(
      wrong({ board }, ["board", "nobody", "constructor"]).map(({ key, text: why }) => `${key}: ${why}`),
    ).toEqual([
      "snmp.traps.credentials[0]: is not an SNMP credential; write a name that stands under credentials, with protocol snmp",
      "snmp.traps.credentials[1]: is not the name of a credential; write a name that stands under credentials, with protocol snmp",
      "snmp.traps.credentials[2]: is not the name of a credential; write a name that stands under credentials, with protocol snmp",
    ]);
  });
});

describe("names", () => {
  it("knows notifications in the form of both versions, and not their neighbours", () => {
    expect(notificationOf("1.3.6.1.6.3.1.1.5.3")).toEqual({
      name: "linkDown",
      severity: "warning",
      poll: true,
    });
    expect(notificationOf("1.3.6.1.2.1.33.2.1")).toMatchObject({
      name: "upsTrapOnBattery",
      severity: "critical",
    });
    expect(notificationOf("1.3.6.1.2.1.33.2.0.1")).toMatchObject({ name: "upsTrapOnBattery" });
    expect(notificationOf("1.3.6.1.4.1.2011.6.139.13.1.1.1")).toMatchObject({ name: "hwApFaultTrap" });
    expect(notificationOf("1.3.6.1.4.1.25506.2.75.1.3.0.2")).toMatchObject({
      name: "hh3cDot11ACMtTunnelDownTrap",
    });
    expect(notificationOf("1.3.6.1.4.1.4881.1.1.10.2.10.2.12")).toMatchObject({ name: "ruijieIfLinkDown" });
    for (const oid of ["1.3.6.1.6.3.1.1.5", "1.3.6.1.6.3.1.1.5.33", "1.3.6.1.6.3.1.1.5.3.0", ""])
      expect(notificationOf(oid), oid).toBeUndefined();
  });

  it("names objects with their index, at the border of an arc", () => {
    expect(objectOf("1.3.6.1.2.1.2.2.1.8.12")).toEqual({ name: "ifOperStatus", index: "12" });
    expect(objectOf("1.3.6.1.2.1.2.2.1.8")).toEqual({ name: "ifOperStatus", index: "" });
    expect(objectOf("1.3.6.1.2.1.2.2.1.88.12")).toBeUndefined();
    expect(objectOf("1.3.6.1.2.1.2.2.1.8.12".concat(".1".repeat(100)))).toBeUndefined();
    expect(objectOf("")).toBeUndefined();
    expect(valueText("ifOperStatus", "7")).toBe("lowerLayerDown(7)");
    expect(valueText("ifOperStatus", "0")).toBe("0");
    expect(valueText("ifOperStatus", "99")).toBe("99");
    expect(valueText(undefined, "1")).toBe("1");
  });
});
