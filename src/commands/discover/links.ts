import type { DeviceRow } from "../../inventory/rows.ts";
import type { KnownDevices } from "./known.ts";
import { type MergedDevice, macOf, macsOf } from "./merge.ts";
import { canonical } from "./scope.ts";

/** What one device says of the other end of one of its lines. */
export interface SeenNeighbor {
  /** The device that says it, by its place in the list. */
  readonly from: number;
  /** Its own interface. */
  readonly interface?: string;
  readonly protocol: string;
  readonly name?: string;
  readonly chassis?: string;
  readonly port?: string;
  readonly addresses: readonly string[];
  /** The device at the other end, where it was found in this run. */
  readonly to?: number;
  /** The device at the other end, where it was not found and the inventory has it. */
  readonly known?: DeviceRow;
}

/** Every line that a neighbour protocol tells of. */
export function seenNeighbors(
  devices: readonly MergedDevice[],
  known: KnownDevices,
): readonly SeenNeighbor[] {
  const directory = new Directory(devices);
  return devices.flatMap(({ look }, from) => {
    const names = new Map(look.snapshot.interfaces.map((one) => [one.ifIndex, one.name ?? one.key]));
    return look.snapshot.neighbors.map((one): SeenNeighbor => {
      const addresses = new Set(
        look.managed
          .filter(({ chassis }) => chassis !== "" && chassis === one.remoteChassis)
          .map(({ address }) => canonical(address)),
      );
      if (one.remoteAddress !== undefined) addresses.add(canonical(one.remoteAddress));
      const mac = macOf(one.remoteChassis);
      const to = directory.find(one.remoteChassis, mac, addresses, one.remoteName);
      const row =
        to === undefined
          ? known.neighbor({
              ...(one.remoteName !== undefined && { name: one.remoteName }),
              ...(mac && { mac }),
            })
          : undefined;
      const name = names.get(one.ifIndex ?? -1);
      return {
        from,
        protocol: one.protocol,
        addresses: [...addresses],
        ...(name !== undefined && { interface: name }),
        ...(one.remoteName !== undefined && { name: one.remoteName }),
        ...(one.remoteChassis !== undefined && { chassis: one.remoteChassis }),
        ...(one.remotePort !== undefined && { port: one.remotePort }),
        ...(to !== undefined && to !== from && { to }),
        ...(row && { known: row }),
      };
    });
  });
}

/** Finds devices of a run by what their neighbours call them. */
class Directory {
  readonly #byChassis = new Map<string, number>();
  readonly #byMac = new Map<string, number>();
  readonly #byAddress = new Map<string, number>();
  readonly #byName = new Map<string, number>();

  constructor(devices: readonly MergedDevice[]) {
    for (const [i, { look, endpoints }] of devices.entries()) {
      if (look.greeting.chassis !== undefined) this.#byChassis.set(look.greeting.chassis, i);
      for (const mac of macsOf(look)) this.#byMac.set(mac, i);
      for (const { address } of endpoints) this.#byAddress.set(address, i);
      const name = look.snapshot.identity.sysName;
      // A name that two devices have tells nothing.
      if (name !== undefined) this.#byName.set(name, this.#byName.has(name) ? -1 : i);
    }
  }

  find(
    chassis: string | undefined,
    mac: string | undefined,
    addresses: ReadonlySet<string>,
    name: string | undefined,
  ): number | undefined {
    const byChassis = this.#byChassis.get(chassis ?? "") ?? this.#byMac.get(mac ?? "");
    if (byChassis !== undefined) return byChassis;
    for (const address of addresses) {
      const owner = this.#byAddress.get(address);
      if (owner !== undefined) return owner;
    }
    // The name alone, where the neighbour's MAC address does not speak against it.
    const byName = this.#byName.get(name ?? "");
    return byName === undefined || byName < 0 || mac !== undefined ? undefined : byName;
  }
}

/** The device above another one, and the interfaces between them. */
export interface Parent {
  readonly device: number;
  /** The parent's interface. */
  readonly interface?: string;
  /** The device's own interface towards it. */
  readonly uplink?: string;
}

/**
 * Who hangs behind whom: the shortest way from a root to each device over the lines that were told of. The roots of
 * a connected part are its devices of the best rank (the lowest number); where all ranks are equal, the one with the
 * most neighbours among the devices found.
 */
export function parentsOf(
  count: number,
  neighbors: readonly SeenNeighbor[],
  rank: (device: number) => number,
): readonly (Parent | undefined)[] {
  const lines: { to: number; here?: string; there?: string }[][] = Array.from({ length: count }, () => []);
  for (const { from, to, interface: here, port: there } of neighbors) {
    if (to === undefined) continue;
    const [a, b] = [here !== undefined && { here }, there !== undefined && { there }];
    lines[from]!.push({ to, ...a, ...b });
    // The other end may not tell of it: a line has two ends all the same.
    lines[to]!.push({
      to: from,
      ...(there !== undefined && { here: there }),
      ...(here !== undefined && { there: here }),
    });
  }
  const degree = (i: number): number => new Set(lines[i]!.map(({ to }) => to)).size;
  const parents: (Parent | undefined)[] = Array.from({ length: count }, () => undefined);
  const reached = new Set<number>();
  for (let i = 0; i < count; i++) {
    if (reached.has(i)) continue;
    const part = connected(i, lines);
    const best = Math.min(...part.map(rank));
    let roots = part.filter((device) => rank(device) === best);
    if (roots.length === part.length) {
      const most = Math.max(...part.map(degree));
      roots = [roots.find((device) => degree(device) === most)!];
    }
    for (const root of roots) reached.add(root);
    const queue = [...roots];
    for (let at = 0; at < queue.length; at++)
      for (const { to, here, there } of lines[queue[at]!]!) {
        if (reached.has(to)) continue;
        reached.add(to);
        queue.push(to);
        parents[to] = {
          device: queue[at]!,
          ...(here !== undefined && { interface: here }),
          ...(there !== undefined && { uplink: there }),
        };
      }
  }
  return parents;
}

function connected(start: number, lines: readonly (readonly { to: number }[])[]): number[] {
  const seen = new Set([start]);
  for (const device of seen) for (const { to } of lines[device]!) seen.add(to);
  return [...seen].sort((a, b) => a - b);
}
