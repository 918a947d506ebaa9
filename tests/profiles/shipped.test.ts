import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { TIERS_MS } from "../../src/collection/contract.ts";
import type { EntityFact, InterfaceFact } from "../../src/inventory/facts.ts";
import { profilesMarkdown } from "../../src/profiles/documentation.ts";
import { partJsonSchema, profileJsonSchema } from "../../src/profiles/json-schema.ts";
import { checkProfiles, loadProfiles } from "../../src/profiles/load.ts";
import { FACT_FIELDS, TIERS } from "../../src/profiles/schema.ts";
import { SHIPPED, withFiles } from "./files.ts";

const set = loadProfiles([SHIPPED]);
const yaml = (dir: string) =>
  readdirSync(dir)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(dir, name));

describe("the profiles that come with campusd", () => {
  it("have no problem, and every point says where it is known from", () => {
    const report = checkProfiles([SHIPPED]);
    expect(report.problems).toEqual([]);
    expect(report.profiles.map((profile) => profile.id).sort()).toEqual(
      yaml(SHIPPED)
        .map((file) => basename(file, ".yaml"))
        .sort(),
    );
    for (const profile of report.profiles) {
      expect(profile.points.length).toBeGreaterThan(0);
      for (const point of profile.points) expect(point.source).not.toBe("");
    }
  });

  it("begin with the line that gives editors completion", () => {
    for (const file of yaml(SHIPPED))
      expect(readFileSync(file, "utf8")).toMatch(
        /^# yaml-language-server: \$schema=\.\/profile\.schema\.json\n/,
      );
    for (const file of yaml(join(SHIPPED, "_parts")))
      expect(readFileSync(file, "utf8")).toMatch(
        /^# yaml-language-server: \$schema=\.\.\/part\.schema\.json\n/,
      );
  });

  it("go with the generated files", () => {
    const json = (name: string) => JSON.parse(readFileSync(join(SHIPPED, name), "utf8"));
    expect(json("profile.schema.json")).toEqual(profileJsonSchema());
    expect(json("part.schema.json")).toEqual(partJsonSchema());
    expect(readFileSync(join(SHIPPED, "../docs/profiles.md"), "utf8")).toBe(profilesMarkdown());
  });

  it("use the poll tiers of the collectors", () => {
    expect(Object.values(TIERS)).toEqual([...TIERS_MS]);
  });

  it("read interfaces and entities into the members the facts have", () => {
    const interfaceFields: readonly (keyof InterfaceFact)[] = FACT_FIELDS.interface;
    const entityFields: readonly (keyof EntityFact)[] = FACT_FIELDS.entity;
    const tables = set.get("generic-snmp")!.snmp!.tables;
    const fields = (kind: string) =>
      tables.find((t) => t.fact?.kind === kind)?.fact?.fields.map(([name]) => name);
    expect(new Set(fields("interface"))).toEqual(new Set(interfaceFields));
    expect(new Set(fields("entity"))).toEqual(new Set(entityFields));
  });

  it("have no two points of one table, quantity and tags that can exist at once", () => {
    for (const profile of set.list())
      for (const table of profile.snmp?.tables ?? []) {
        const seen = new Set<string>();
        for (const point of table.points) {
          const key = [
            point.quantity.id,
            point.when?.text,
            ...(point.where ?? []).map(([template, pattern]) => `${template.text} ~ ${pattern.source}`),
            ...point.tags.map(([k, t]) => `${k}=${t.text}`),
          ].join();
          expect(seen.has(key), `${profile.id} ${table.id}.${point.id}`).toBe(false);
          seen.add(key);
        }
      }
  });

  it("read 64-bit counters first and 32-bit ones only where those are missing", () => {
    const table = set.get("generic-snmp")!.snmp!.tables.find((t) => t.id === "interfaces")!;
    const octets = table.points.find((p) => p.id === "inOctets")!;
    expect([octets.column, ...octets.fallbacks]).toEqual(["ifHCInOctets", "ifInOctets"]);
    expect(table.columns.find((c) => c.id === "ifInOctets")?.fallbackFor).toBe("ifHCInOctets");
    const type = table.columns.find((c) => c.id === "ifType")!;
    expect([type.enumeration?.get(6), type.enumeration?.get(71)]).toEqual(["ethernetCsmacd", "ieee80211"]);
  });

  it("are frozen", () => {
    const profile = set.get("huawei-ac")!;
    expect(Object.isFrozen(profile)).toBe(true);
    expect(Object.isFrozen(profile.snmp!.tables[0]!.columns)).toBe(true);
    expect(Object.isFrozen(profile.snmp!.tables[0]!.points[0]!.rule)).toBe(true);
  });

  it("know the line of each point and match rule", () => {
    const profile = set.get("huawei-ac")!;
    const lines = readFileSync(profile.file, "utf8").split("\n");
    const point = profile.snmp!.tables.find((t) => t.id === "hwRadio")!.points.find((p) => p.id === "noise")!;
    expect(lines[point.source.line - 1]).toBe("        noise:");
    expect(lines[profile.match[0]!.line - 1]).toContain("1.3.6.1.4.1.2011.2.240");
  });
});

describe("matching", () => {
  it.each([
    ["1.3.6.1.4.1.2011.2.23.294", "S5720 Huawei Versatile Routing Platform Software", "huawei-vrp-switch"],
    [".1.3.6.1.4.1.2011.2.240.6", "Huawei AC6605-26-PWR Huawei Versatile Routing Platform", "huawei-ac"],
    ["1.3.6.1.4.1.2011.2.999.1", "Huawei Versatile Routing Platform Software", "huawei-vrp-switch"],
    ["1.3.6.1.4.1.2011.2.999.1", "something else", "generic-snmp"],
    ["1.3.6.1.4.1.25506.11.1.172", "HP Comware Platform Software", "h3c-comware-switch"],
    ["1.3.6.1.4.1.2011.10.1.88", "H3C Comware Software", "h3c-comware-switch"],
    ["1.3.6.1.4.1.4881.1.1.10.1.43", "Ruijie Routing Switch", "ruijie-switch"],
    ["1.3.6.1.4.1.8072.3.2.10", "Linux host 6.1.0", "net-snmp-host"],
    ["1.3.6.1.2.1.33.250.10", "UPS", "ups-mib"],
    ["1.3.6.1.4.1.9.1.1208", "Cisco IOS Software, C2960X Software", "cisco-ios"],
    ["1.3.6.1.4.1.9.1.2494", "Cisco IOS Software [Fuji], Catalyst L3 (CAT9K_IOSXE)", "cisco-ios-xe"],
    ["1.3.6.1.4.1.9.1.1639", "Cisco IOS XR Software (Cisco ASR9K Series)", "cisco-ios-xr"],
    ["1.3.6.1.4.1.9.1.1069", "Cisco Controller", "cisco-wlc"],
    ["1.3.6.1.4.1.8072.3.2.10", "Linux gw 3.10.0-957.21.3cpx86_64 #1 SMP", "checkpoint-gaia"],
    ["1.3.6.1.4.1.99999999.1", "who knows", "generic-snmp"],
    [undefined, undefined, "generic-snmp"],
    ["not an oid", "x", "generic-snmp"],
    ["1.3.6.1.4.1.2011.2.2401", "x", "generic-snmp"],
  ])("%s (%s) is %s", (sysObjectID, sysDescr, id) => {
    expect(set.match({ sysObjectID, sysDescr })?.id).toBe(id);
  });

  it("takes no profile where there is no last resort", () => {
    const only =
      "title: { zh: 甲, en: A }\nvendor: a\nos: a\nrole: other\nmatch: [{ sysDescr: ^Acme, sysDescrNot: Old }]\n" +
      "snmp: { scalars: { s: { entry: 1.3.6.1.4, columns: { a: .1 a } } } }\n";
    withFiles({ "a.yaml": only }, (dir) => {
      const one = loadProfiles([dir]);
      expect(one.match({ sysObjectID: "1.3", sysDescr: "Acme New" })?.id).toBe("a");
      expect(one.match({ sysObjectID: "1.3", sysDescr: "Acme Old" })).toBeUndefined();
      expect(one.match({ sysObjectID: "1.3", sysDescr: "Other" })).toBeUndefined();
      expect(one.get("b")).toBeUndefined();
    });
  });
});
