import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PORT, type Port } from "../../simulators/behaviour/port.ts";
import { createProfiles } from "../../simulators/behaviour/profile.ts";
import { FAULT_KINDS, loadScenario, readScenario } from "../../simulators/faults/scenario.ts";
import { Truth } from "../../simulators/truth.ts";
import { GbkEncoder } from "../../simulators/world/gbk.ts";
import { schoolName } from "../../simulators/world/names.ts";
import { createWorld, termStart, type World } from "../../simulators/world/world.ts";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import { QUANTITIES } from "../../src/measurements/quantities.ts";

const NOON = Date.UTC(2026, 10, 18, 2, 0, 0) / 1000;
const NO_PORTS = new Map<string, number>();

function portsOf(world: World, device: string): readonly Port[] {
  const { body } = world.devices.get(device)!;
  if (body.kind !== "switch" && body.kind !== "controller") throw new Error(`${device} is no switch`);
  return body.switch.ports;
}

describe("the county", () => {
  const world = createWorld({ seed: 1 });

  it("is the same for the same seed and another for another", () => {
    const text = JSON.stringify(world.inventory(NO_PORTS));
    expect(JSON.stringify(createWorld({ seed: 1 }).inventory(NO_PORTS))).toBe(text);
    expect(JSON.stringify(createWorld({ seed: 2 }).inventory(NO_PORTS))).not.toBe(text);
    // A county with more schools begins with the same schools.
    const more = createWorld({ seed: 1, schools: 25, scenario: "quiet" });
    const same = createWorld({ seed: 1, schools: 5, scenario: "quiet" });
    expect(JSON.stringify(more.inventory(NO_PORTS).schools.slice(0, 5))).toBe(
      JSON.stringify(same.inventory(NO_PORTS).schools),
    );
  });

  it("has an inventory that campusd's schema takes", () => {
    const parsed = inventoryDocumentSchema.parse(world.inventory(new Map([[`no1-high-core1`, 10_161]])));
    expect(parsed.regions.map((region) => region.path)).toEqual([
      "sichuan",
      "sichuan/linjiang",
      "sichuan/linjiang/qinghe",
    ]);
    expect(parsed.schools.length).toBe(20);
    const devices = parsed.schools.flatMap((school) => school.devices);
    expect(devices.length).toBeGreaterThan(900);
    expect(devices.length).toBeLessThan(1100);
    expect(new Set(devices.map((device) => device.id)).size).toBe(devices.length);
    const ids = new Set(devices.map((device) => device.id));
    for (const device of devices) if (device.parent !== undefined) expect(ids.has(device.parent)).toBe(true);
    for (const school of parsed.schools) {
      const rooms = new Set(school.buildings.flatMap((b) => b.rooms.map((room) => `${b.id}/${room.id}`)));
      for (const device of school.devices) {
        if (device.room !== undefined) expect(rooms.has(`${device.building}/${device.room}`)).toBe(true);
        for (const served of device.serves ?? []) expect(rooms.has(served)).toBe(true);
      }
      const count = (role: string) => school.devices.filter((device) => device.role === role).length;
      expect(count("core-switch")).toBeGreaterThanOrEqual(1);
      expect(count("access-switch")).toBeGreaterThanOrEqual(4);
      expect(count("access-point")).toBeGreaterThanOrEqual(12);
      expect(count("access-point")).toBeLessThanOrEqual(18);
      expect(count("board")).toBeGreaterThanOrEqual(12);
    }
    for (const link of parsed.links)
      expect(portsOf(world, link.device).some((port) => port.plan.name === link.interface)).toBe(true);
    expect(parsed.links.some((link) => link.role === "backup-uplink")).toBe(true);
  });

  it("gives every listener an address and port of its own", () => {
    const places = [...world.devices.values()]
      .filter((device) => device.protocol === "snmp")
      .map((device) => `${device.address}+${device.portOffset ?? 0}`);
    expect(new Set(places).size).toBe(places.length);
    expect(places.filter((place) => place.startsWith("::1")).length).toBeGreaterThanOrEqual(3);
    const units = [...world.devices.values()]
      .filter((device) => device.protocol === "modbus")
      .map((device) => `${device.address}/${device.unit}`);
    expect(new Set(units).size).toBe(units.length);
  });

  it("has names for any number of schools", () => {
    const names = Array.from({ length: 2000 }, (_, n) => schoolName(n));
    expect(new Set(names.map((name) => name.id)).size).toBe(2000);
    expect(new Set(names.map((name) => name.name)).size).toBe(2000);
    expect(() => createWorld({ seed: 1, schools: 0 })).toThrow(RangeError);
    const big = createWorld({ seed: 1, schools: 260, scenario: "quiet" });
    expect(big.schools[255]!.devices[0]!.address).toBe("127.21.6.1");
  });

  it("neighbours see each other", () => {
    for (const school of world.schools)
      for (const device of school.devices) {
        if (device.body.kind !== "switch") continue;
        for (const neighbor of device.body.switch.neighbors) {
          const other = world.devices.get(neighbor.sysName);
          if (!other) continue;
          if (other.body.kind !== "switch") throw new Error("a neighbour that is no switch");
          expect(neighbor.chassis).toEqual(other.body.switch.mac);
          expect(neighbor.address).toBe(other.address);
          const back = other.body.switch.neighbors.find((each) => each.sysName === device.id)!;
          const port = (ifIndex: number, id: string) =>
            portsOf(world, id).find((each) => each.plan.ifIndex === ifIndex)!.plan.name;
          expect(neighbor.portId).toBe(port(back.ifIndex, other.id));
          expect(back.portId).toBe(port(neighbor.ifIndex, device.id));
        }
      }
  });
});

describe("traffic", () => {
  const world = createWorld({ seed: 3, schools: 6, scenario: "quiet" });

  it("grows always, in whole octets, and stays within the line", () => {
    const ports = [...world.devices.keys()].flatMap((id) => {
      const { kind } = world.devices.get(id)!.body;
      return kind === "switch" || kind === "controller" ? [...portsOf(world, id)] : [];
    });
    fc.assert(
      fc.property(fc.nat(ports.length - 1), fc.nat(86_400 * 60), fc.nat(600), (n, offset, wait) => {
        const port = ports[n]!;
        const second = NOON - 86_400 * 30 + offset;
        for (const field of [
          PORT.inOctets,
          PORT.outOctets,
          PORT.inUnicast,
          PORT.inMulticast,
          PORT.v6In,
          PORT.v4Out,
        ]) {
          const before = port.value(field, second);
          const after = port.value(field, second + wait);
          expect(Number.isSafeInteger(before)).toBe(true);
          expect(after).toBeGreaterThanOrEqual(before);
          if (field <= PORT.outOctets)
            expect((after - before) * 8).toBeLessThanOrEqual(port.plan.mega * 1e6 * wait + 16);
        }
        expect(port.value(PORT.inOctets32, second)).toBe(port.value(PORT.inOctets, second) % 2 ** 32);
      }),
      { numRuns: 2000 },
    );
  });

  it("sums up: what comes over the line is what the access ports hand out", () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(86_400 * 7), (n, offset) => {
        const second = NOON + offset;
        const school = world.schools[n]!;
        const link = school.links.find((each) => each.role === "uplink")!;
        const uplink = portsOf(world, link.device).find((port) => port.plan.name === link.interface)!;
        let down = 0;
        let up = 0;
        for (const device of school.devices) {
          if (device.body.kind !== "switch") continue;
          const core = device.role === "core-switch";
          // Endpoints hang on ports without an optic.
          for (const port of device.body.switch.ports)
            if (port.plan.type === 6 && port.plan.operUp && !port.plan.optic) {
              down += port.value(PORT.outOctets, second);
              up += port.value(PORT.inOctets, second);
            } else if (!core && port.plan.optic && port.plan.operUp) {
              const ends = device.body.switch.ports.filter(
                (each) => each.plan.operUp && each.plan.poeWatts !== undefined,
              );
              const sum = ends.reduce((total, each) => total + each.value(PORT.outOctets, second), 0);
              expect(port.value(PORT.inOctets, second)).toBe(sum);
            }
        }
        expect(uplink.value(PORT.inOctets, second)).toBe(down);
        expect(uplink.value(PORT.outOctets, second)).toBe(up);
        const share = uplink.value(PORT.v6In, second) / uplink.value(PORT.inOctets, second);
        expect(share).toBeCloseTo(school.story.ipv6.share, 6);
      }),
      { numRuns: 100 },
    );
  });

  it("is busy in lessons, quiet at night, and never dead", () => {
    const rate = (port: Port, second: number) =>
      (port.value(PORT.inOctets, second + 600) - port.value(PORT.inOctets, second)) / 600;
    for (const school of world.schools) {
      const link = school.links[0]!;
      const uplink = portsOf(world, link.device).find((port) => port.plan.name === link.interface)!;
      const lesson = rate(uplink, NOON);
      const night = rate(uplink, NOON + 17 * 3600);
      const sunday = rate(uplink, NOON + 4 * 86_400);
      expect(night).toBeGreaterThan(0);
      expect(lesson).toBeGreaterThan(3 * night);
      expect(lesson).toBeGreaterThan(2 * sunday);
      expect(lesson * 8).toBeLessThan(link.contractedMbps * 1e6);
    }
  });

  it("integrates its profiles exactly", () => {
    const { lessons, steady, always } = createProfiles();
    fc.assert(
      fc.property(fc.nat(86_400 * 14), (offset) => {
        const from = NOON + offset;
        for (const profile of [lessons, steady]) {
          let sum = 0;
          for (let s = 0; s < 600; s++) sum += (profile.level(from + s) + profile.level(from + s + 1)) / 2;
          // Between whole seconds a corner may cut the trapezoid by a little.
          expect(Math.abs(profile.integral(from + 600) - profile.integral(from) - sum)).toBeLessThan(0.05);
        }
        expect(always.integral(from + 600) - always.integral(from)).toBeCloseTo(600, 4);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the truth", () => {
  it("names only quantities of the closed list, with plausible values", () => {
    const world = createWorld({ seed: 1, schools: 8 });
    const truth = new Truth(world);
    const seen = new Set<string>();
    for (const id of world.devices.keys()) {
      for (const { quantity, tags } of truth.list(id)) {
        const known = QUANTITIES.get(quantity)!;
        expect(known, quantity).toBeDefined();
        seen.add(quantity);
        for (const second of [NOON, NOON + 45_001]) {
          const value = truth.value(id, quantity, tags, second * 1000 + 999)!;
          expect(Number.isFinite(value), `${id} ${quantity}`).toBe(true);
          expect(value).toBeGreaterThanOrEqual(known.min ?? Number.NEGATIVE_INFINITY);
          expect(value).toBeLessThanOrEqual(known.max ?? Number.POSITIVE_INFINITY);
          if (known.states) expect(Object.keys(known.states)).toContain(String(value));
          expect(truth.value(id, quantity, { ...tags, school: "x", device: id }, second * 1000)).toBe(
            truth.value(id, quantity, tags, second * 1000),
          );
        }
      }
    }
    for (const group of [
      "interface",
      "ip",
      "device",
      "sensor",
      "optics",
      "poe",
      "wifi",
      "ups",
      "electric",
      "board",
    ])
      expect(
        [...seen].some((quantity) => quantity.startsWith(`${group}.`)),
        group,
      ).toBe(true);
    expect(truth.value("nobody", "device.cpu", {}, NOON * 1000)).toBeUndefined();
    expect(truth.value("no1-high-core1", "ups.charge", {}, NOON * 1000)).toBeUndefined();
  });

  it("adds up the stations of an access point, a controller and its networks", () => {
    const world = createWorld({ seed: 1, schools: 3, scenario: "quiet" });
    const truth = new Truth(world);
    for (const school of world.schools) {
      const at = (quantity: string, tags: Record<string, string>) =>
        truth.value(`${school.id}-ac`, quantity, tags, NOON * 1000)!;
      let total = 0;
      for (const device of school.devices) {
        if (device.apName === undefined) continue;
        const ap = device.apName;
        const clients = at("wifi.ap_clients", { ap });
        expect(
          at("wifi.radio_clients", { ap, radio: "0" }) + at("wifi.radio_clients", { ap, radio: "1" }),
        ).toBe(clients);
        total += clients;
      }
      expect(total).toBeGreaterThan(100);
      expect(at("wifi.clients", {})).toBe(total);
      let bySsid = 0;
      for (const ssid of ["QH-Campus", "QH-Guest"])
        for (const radio of ["2.4G", "5G"]) bySsid += at("wifi.clients", { ssid, radio });
      expect(bySsid).toBe(total);
    }
  });
});

describe("faults", () => {
  it("are placed by the seed, each visible", () => {
    const world = createWorld({ seed: 1, schools: 20 });
    const truth = new Truth(world);
    const of = (kind: string) => world.faults.filter((fault) => fault.kind === kind);
    for (const kind of FAULT_KINDS) expect(of(kind).length, kind).toBe(kind === "ap-offline" ? 2 : 1);
    expect(new Set(world.faults.map((fault) => fault.school)).size).toBe(8);
    const now = NOON * 1000;
    const [down] = of("uplink-down");
    const tags = { interface: down!.interface! };
    expect(truth.value(down!.device, "interface.oper_state", tags, now)).toBe(2);
    expect(truth.value(down!.device, "interface.in_octets", tags, now + 60_000)).toBe(
      truth.value(down!.device, "interface.in_octets", tags, now),
    );
    const [full] = of("saturated-uplink");
    const link = world.schools
      .flatMap((school) => school.links)
      .find((each) => each.device === full!.device)!;
    for (const hour of [0, 9, 17]) {
      const at = (s: number) =>
        truth.value(
          full!.device,
          "interface.in_octets",
          { interface: full!.interface! },
          now + hour * 3_600_000 + s * 1000,
        )!;
      const use = ((at(60) - at(0)) * 8) / 60 / (link.contractedMbps * 1e6);
      expect(use).toBeGreaterThan(0.9);
      expect(use).toBeLessThan(1);
    }
    const [errors] = of("uplink-errors");
    expect(
      truth.value(errors!.device, "interface.in_errors", { interface: errors!.interface! }, now),
    ).toBeGreaterThan(1000);
    expect(truth.list(of("silent-switch")[0]!.device)).toEqual([]);
    expect(truth.list(of("silent-board")[0]!.device)).toEqual([]);
    expect(truth.value(of("ups-on-battery")[0]!.device, "ups.output_source", {}, now)).toBe(5);
    expect(truth.value(of("hot-room")[0]!.device, "sensor.temperature", {}, now)).toBeGreaterThan(35);
    for (const fault of of("ap-offline")) {
      const ap = world.devices.get(fault.device)!;
      expect(truth.value(ap.parent!, "wifi.ap_state", { ap: ap.apName! }, now)).toBe(2);
    }
  });

  it("are none in the quiet county", () => {
    const world = createWorld({ seed: 1, scenario: "quiet" });
    expect(world.faults).toEqual([]);
    expect([...world.devices.values()].some((device) => device.silent)).toBe(false);
  });

  it("come from scenarios that are checked", () => {
    expect(loadScenario("school-day").faults.length).toBe(8);
    const refused = (text: string, code: "E_FILE" | "E_SETTINGS", message: RegExp) => {
      try {
        readScenario("x", text, "x.yaml");
        expect.unreachable(text);
      } catch (error) {
        expect(isCampusError(error, code), String(error)).toBe(true);
        expect((error as Error).message).toMatch(message);
      }
    };
    const title = "title: {zh: 甲, en: a}\n";
    refused("faults: [", "E_SETTINGS", /x\.yaml: document/);
    refused("faults: []", "E_SETTINGS", /title/);
    refused(
      `${title}faults: [{kind: earthquake}]`,
      "E_SETTINGS",
      /faults\[0\]\.kind: no such fault: earthquake/,
    );
    refused(`${title}faults: [{kind: hot-room, count: 0}]`, "E_SETTINGS", /faults\[0\]\.count/);
    refused(`${title}faults: [{kind: hot-room, when: now}]`, "E_SETTINGS", /faults\[0\]\.when: unknown key/);
    refused(`${title}faults: []\nmore: 1`, "E_SETTINGS", /more: unknown key/);
    for (const id of ["nothing", "../school-day"])
      expect(() => loadScenario(id)).toThrowError(expect.objectContaining({ code: "E_FILE" }));
  });
});

describe("small parts", () => {
  it("encodes GBK", () => {
    const encoder = new GbkEncoder();
    const text = "上联-教育城域网 1/0/1";
    expect(new TextDecoder("gbk").decode(encoder.encode(text))).toBe(text);
    expect(Buffer.from(encoder.encode("😀a")).toString()).toBe("?a");
  });

  it("finds the start of the term", () => {
    expect(new Date(termStart(Date.UTC(2026, 10, 22))).toISOString()).toBe("2026-09-01T00:00:00.000Z");
    expect(new Date(termStart(Date.UTC(2026, 8, 3))).toISOString()).toBe("2026-02-15T00:00:00.000Z");
    expect(new Date(termStart(Date.UTC(2026, 0, 3))).toISOString()).toBe("2025-09-01T00:00:00.000Z");
  });
});
