import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { valueTicks } from "../../console/src/charts/ticks.ts";
import { layOut } from "../../console/src/pages/backbone/layout.ts";
import { type Branch, treeOf } from "../../console/src/pages/backbone/tree.ts";
import { findingsOf } from "../../console/src/text/cause.ts";
import { ratio } from "../../console/src/text/format.ts";
import { withoutPlace } from "../../console/src/text/name.ts";
import { squarify } from "../../console/src/text/squarify.ts";
import type { BackboneLinkView, NodeView } from "../../src/api/schemas/backbone.ts";
import type { RoomView, SchoolView, State } from "../../src/api/schemas/campus.ts";
import { makeWorld, SCHOOL } from "./world.ts";
import { backboneOf } from "./world-answers.ts";
import { REGIONS } from "./world-base.ts";

const world = makeWorld(7, Date.UTC(2026, 10, 22, 4));
const backbone = backboneOf(world.county, world.at, (name) => name);
const template = backbone.links[0]!;
const byId = (a: Branch, b: Branch): number => (a.node.id < b.node.id ? -1 : 1);

const link = (id: string, from: string, to: string | null): BackboneLinkView => ({
  ...template,
  id,
  from,
  to,
});
const node = (id: string, kind: NodeView["kind"] = "school"): NodeView => ({
  ...backbone.nodes[0]!,
  id,
  kind,
  path: kind === "county" ? "sn/yl/jb" : `sn/yl/jb/${id}`,
});
const walk = (list: readonly Branch[]): Branch[] => list.flatMap((one) => [one, ...walk(one.children)]);

describe("the map", () => {
  it("hangs each node on the other end of its first way up, else on the region around it", () => {
    const roots = treeOf(
      REGIONS[2]!,
      [node("sn/yl/jb", "county"), node("hub", "site"), node("a"), node("b")],
      [link("1", "hub", null), link("2", "a", "hub"), link("3", "gone", "hub")],
    );
    expect(roots.map((one) => one.node.id)).toEqual(["sn/yl/jb"]);
    const names = (one: Branch): unknown => [one.node.id, one.children.map(names)];
    expect(names(roots[0]!)).toEqual([
      "sn/yl/jb",
      [
        [
          "hub",
          [
            ["a", []],
            ["gone", []],
          ],
        ],
        ["b", []],
      ],
    ]);
  });

  it("draws each link once, within its room and over no other leaf, whatever the links say", () => {
    const ids = fc.integer({ min: 0, max: 30 }).map(String);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(ids, fc.option(ids, { nil: null })), { maxLength: 220 }),
        fc.integer({ min: 340, max: 1500 }),
        (pairs, width) => {
          const links = pairs.map(([from, to], n) => link(`l${n}`, from, to));
          const nodes = Array.from({ length: 24 }, (_, n) => node(String(n)));
          const roots = treeOf(REGIONS[2]!, nodes, links);
          expect(
            walk(roots)
              .map((one) => one.node.id)
              .sort(),
          ).toEqual([...new Set([...nodes.map((one) => one.id), ...pairs.map(([from]) => from)])].sort());
          const { spots, stubs, height } = layOut(roots, width, byId);
          expect(stubs.map((stub) => stub.link.id).sort()).toEqual(links.map((one) => one.id).sort());
          const places = spots.map((spot) => `${spot.x} ${spot.y}`);
          expect(new Set(places).size).toBe(places.length);
          for (const spot of spots) expect(spot.y).toBeLessThanOrEqual(height);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives a county's 26 links the same picture twice", () => {
    const picture = () => layOut(treeOf(backbone.region, backbone.nodes, backbone.links), 980, byId);
    expect(picture()).toEqual(picture());
    expect(picture().stubs).toHaveLength(26);
    expect(picture().dense).toBe(false);
  });
});

describe("the treemap", () => {
  it("fills its room exactly, each tile as its weight and within the room", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 200, max: 1400 }),
        fc.integer({ min: 100, max: 600 }),
        (weights, width, height) => {
          const total = weights.reduce((sum, one) => sum + one, 0);
          const tiles = squarify(weights, (one) => one, width, height);
          expect(tiles).toHaveLength(total === 0 ? 0 : weights.filter((one) => one > 0).length);
          for (const { item, x, y, width: w, height: h } of tiles) {
            expect(w * h).toBeCloseTo((item / total) * width * height, 3);
            expect(Math.min(x, y)).toBeGreaterThanOrEqual(-1e-6);
            expect(x + w).toBeLessThanOrEqual(width + 1e-6);
            expect(y + h).toBeLessThanOrEqual(height + 1e-6);
          }
        },
      ),
    );
  });
});

describe("numbers of the answers", () => {
  it("never round a share up to a whole that is not reached", () => {
    const said = [0, 0.0004, 0.8499, 0.849, 0.9999, 1].map((value) =>
      ratio(value).text.replace("\u00a0", " "),
    );
    expect(said).toEqual(["0 %", "0 %", "84.9 %", "84.9 %", "99.9 %", "100 %"]);
    expect(ratio(null).text).toBe("–");
  });
  it("have ticks within their axis", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
        (bottom, reach) => {
          const ticks = valueTicks(bottom, bottom + reach);
          expect(ticks.length).toBeLessThanOrEqual(12);
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(bottom - reach * 1e-6);
            expect(tick).toBeLessThanOrEqual(bottom + reach * (1 + 1e-6));
          }
        },
      ),
    );
  });
  it("leave out the county's name before a school's, but never all of it", () => {
    expect(withoutPlace("青禾县第二中学", "青禾县")).toBe("第二中学");
    expect(withoutPlace("青禾县", "青禾县")).toBe("青禾县");
    expect(withoutPlace("Qinghe County", "Qinghe")).toBe("County");
  });
});

describe("the cause of a room's trouble", () => {
  const view = world.school(SCHOOL)!;
  const room = view.rooms.find((one) => one.path.endsWith("/b/302"))!;
  /** The school with some of its devices otherwise, and the room with its port. */
  function scene(
    changes: Readonly<Record<string, { state: State; up: "up" | "down" | "unknown" }>>,
    port: RoomView["port"] = null,
    more: Partial<RoomView> = {},
  ): string {
    const devices: SchoolView["devices"] = view.devices.map((device) => {
      const change = Object.entries(changes).find(([suffix]) => device.id.endsWith(suffix))?.[1];
      const fine = device.role.endsWith("switch") ? { state: "good" as const, up: "up" as const } : {};
      return { ...device, ...fine, ...change };
    });
    const found = findingsOf({ ...room, port, ...more }, { ...view, devices });
    expect(found.filter((one) => one.cause)).toHaveLength(1);
    expect(found[0]!.cause).toBe(true);
    return found[0]!.suspect;
  }
  const down = { state: "bad", up: "down" } as const;
  const port = (operState: string) => ({
    device: "jb-02-sw-b",
    interface: "GE1/0/7",
    operState,
    power: null,
  });

  it("is what stands nearest to the school's line and explains the rest", () => {
    expect(scene({})).toBe("board");
    expect(scene({}, port("up"))).toBe("board");
    expect(scene({}, port("down"))).toBe("port");
    expect(scene({ "-sw-a": down, "-sw-b": down, "-core": down }, port("down"))).toBe("switch");
    expect(scene({ "-ups": down, "-meter": down, "-sw-a": down, "-sw-b": down, "-core": down })).toBe(
      "power",
    );
    const ap = { ...room.ap!, state: "bad" as const };
    expect(scene({}, null, { ap })).toBe("ap");
  });

  it("names no cause for a room in order, and none for one nobody knows anything of", () => {
    for (const state of ["good", "unknown"] as const) {
      expect(findingsOf({ ...room, state }, view).some((one) => one.cause)).toBe(false);
    }
  });
});
