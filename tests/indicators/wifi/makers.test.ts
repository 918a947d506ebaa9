import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SnmpPoint } from "../../../src/profiles/compiled.ts";
import { loadProfiles } from "../../../src/profiles/load.ts";
import { withWifiTable } from "../../../src/profiles/wifi-markdown.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const profiles = loadProfiles([join(root, "device-profiles")])
  .list()
  .filter((profile) => profile.snmp)
  .sort((a, b) => (a.id < b.id ? -1 : 1));

interface Found {
  readonly profile: string;
  readonly table: string;
  readonly point: SnmpPoint;
  readonly tags: readonly string[];
}

const points: Found[] = profiles.flatMap((profile) =>
  profile.snmp!.tables.flatMap((table) =>
    table.points.map((point) => ({
      profile: profile.id,
      table: table.id,
      point,
      tags: [...table.tags, ...point.tags].map(([tag]) => tag),
    })),
  ),
);

/** Tables with a row for each station: their index is the station's MAC. */
const STATION_TABLES = [
  "1.3.6.1.4.1.2011.6.139.18.1.2",
  "1.3.6.1.4.1.25506.2.75.3.1.1",
  "1.3.6.1.4.1.52642.1.1.10.2.56.5.1.1",
  "1.3.6.1.4.1.4881.1.1.10.2.56.5.1.1",
  "1.3.6.1.4.1.14179.2.1.4",
  "1.3.6.1.4.1.14179.2.1.6",
  "1.3.6.1.4.1.9.9.599.1.3.1",
  "1.3.6.1.4.1.9.9.273.1.2.1",
  "1.3.6.1.4.1.14823.2.2.1.5.2.2",
  "1.3.6.1.4.1.14823.2.2.1.4.1.2",
  "1.3.6.1.4.1.14823.2.3.3.1.2.4",
  "1.3.6.1.4.1.25053.1.2.2.1.1.3",
];

/** Objects that count access points that are not online, whatever their name says. */
const CONNECTING = ["1.3.6.1.4.1.25506.2.75.1.1.2.1.0"];

describe("one model of Wi-Fi over all makers", () => {
  it("has a table of makers and fields in docs/wifi.md that is what the profiles say", () => {
    const page = readFileSync(join(root, "docs", "wifi.md"), "utf8");
    expect(withWifiTable(page, profiles)).toBe(page);
    expect(page).toContain(
      "| Profile | known | online | AP state | AP clients | radio up | channel | use | noise | clients | signal | SSID clients | all clients |",
    );
    expect(page).toContain("| `huawei-ac` |" + " yes |".repeat(12));
    expect(() => withWifiTable("# Wi-Fi\n", profiles)).toThrow("has no");
  });

  it("maps every state of an access point and of a radio by name, and joining ones to no state that serves", () => {
    const states = points.filter(({ point }) => /^wifi\.(ap|radio)_state$/.test(point.quantity.id));
    expect(states.length).toBeGreaterThan(8);
    for (const { profile, table: id, point } of states) {
      expect(point.rule.map, `${profile} ${id} ${point.id}`).toBeDefined();
      const known = new Set(Object.keys(point.quantity.states!).map(Number));
      for (const value of point.rule.map!.values()) expect(known, `${profile} ${point.id}`).toContain(value);
    }
    const h3c = states.find(({ point }) => point.source.text.includes("hh3cDot11APOperationStatus"))!;
    // join, joinConfirm, download, config: on the way, and not there.
    expect([1, 2, 3, 4, 5].map((raw) => h3c.point.rule.map!.get(raw))).toEqual([0, 0, 3, 0, 1]);
    const huawei = states.find(({ point }) => point.source.text.includes("hwWlanApRunState"))!;
    const serving = [...huawei.point.rule.map!].filter(([, state]) => state === 1).map(([raw]) => raw);
    // normal, committing, standby
    expect(serving).toEqual([8, 9, 11]);
  });

  it("sums stations or leaves them alone, and reads no count of access points that are only connecting", () => {
    for (const profile of profiles)
      for (const { id, columns, points: own, tags, fact } of profile.snmp!.tables) {
        const place = `${profile.id} ${id}`;
        for (const column of columns) expect(CONNECTING, place).not.toContain(column.oid.join("."));
        const total = own.some(({ quantity }) => quantity.total);
        const ofStations = columns.some(({ oid }) =>
          STATION_TABLES.some((prefix) => `${oid.join(".")}.`.startsWith(`${prefix}.`)),
        );
        expect(ofStations, place).toBe(total);
        if (!total) continue;
        // Nothing but octets is read of a station, and nothing of it becomes a name.
        expect([tags.length, fact, columns.map(({ decode }) => decode)], place).toEqual([
          0,
          undefined,
          columns.map(() => "counter"),
        ]);
        for (const point of own) {
          expect(point.quantity.total, place).toBe(true);
          for (const [, template] of point.tags) expect(template.parts, place).toHaveLength(1);
          for (const [, { parts }] of point.tags) expect(parts[0], place).toHaveProperty("literal");
        }
      }
  });

  it("tells the stations of a controller apart from those of a network, a radio and an access point", () => {
    const wrong = points.filter(({ point, tags }) => {
      const { id } = point.quantity;
      if (/^wifi\.ap_/.test(id)) return !tags.includes("ap");
      if (/^wifi\.aps_/.test(id)) return tags.includes("ap");
      return id === "wifi.clients" && tags.includes("ap");
    });
    expect(wrong.map(({ profile, point }) => `${profile} ${point.id}`)).toEqual([]);
  });
});
