import { Flapped, Still, Sum } from "../behaviour/flow.ts";
import type { Profiles } from "../behaviour/profile.ts";
import { LAST_OCTET, loopbackAddress, macOf, storyAddress, uplinkAddresses } from "./addresses.ts";
import { FAMILIES, type FamilyTraits } from "./families.ts";
import { type EndpointFlow, Flood, makeFlows } from "./flows.ts";
import { createHosts } from "./hosts.ts";
import type { Neighbor, SwitchBody } from "./model.ts";
import type { Endpoint, FarEnd, NetworkPlan } from "./network-plan.ts";
import type { Seed } from "./seed.ts";
import { createSwitchBody, type Draft, draft, ETHERNET } from "./switch-body.ts";

export interface Network {
  readonly cores: readonly SwitchBody[];
  readonly access: readonly SwitchBody[];
  readonly uplink: { readonly core: number; readonly interface: string };
  readonly backup?: { readonly core: number; readonly interface: string };
  /** What each endpoint receives and sends, by label. */
  readonly flows: ReadonlyMap<string, EndpointFlow>;
}

const CORE_GIGABIT = 12;
const CORE_TEN = 12;
const ACCESS_GIGABIT = 24;
const ACCESS_TEN = 4;
const SLOW_MBPS = 10;
const SLOW_LINE_MBPS = 100;

/** Builds the switches of a school and wires them: every uplink carries exactly what its access ports carry. */
export function createNetwork(plan: NetworkPlan, profiles: Profiles, seed: Seed): Network {
  const traits = FAMILIES[plan.family];
  const since = (name: string) => plan.epoch - seed.int(`up/${name}`, 3 * 86400, 200 * 86400);
  const flows = makeFlows(plan, seed);
  const names = {
    core: (i: number) => `${plan.schoolId}-core${i + 1}`,
    access: (i: number) => `${plan.schoolId}-sw${i + 1}`,
  };

  // Access switches: endpoints on gigabit ports, the first ten-gigabit port leads to a core.
  const accessDrafts = Array.from({ length: plan.access }, (_, a) => {
    const drafts = physical(traits, ACCESS_GIGABIT, ACCESS_TEN);
    const endpoints = plan.endpoints[a]!;
    const slow = plan.line.slowPorts && a === 0 ? slowPorts(endpoints) : [];
    for (const p of slow) drafts[p]!.mega = SLOW_MBPS;
    for (let p = 0; p < ACCESS_GIGABIT; p++) {
      const port = drafts[p]!;
      port.poeWatts = endpoints[p]?.poeWatts ?? 0;
      if (endpoints[p]) attach(port, endpoints[p]!, flows.get(endpoints[p]!.label)!);
    }
    const uplink = drafts[ACCESS_GIGABIT]!;
    uplink.up = true;
    uplink.optic = true;
    uplink.alias = `上联-核心${(a % plan.cores) + 1}`;
    uplink.in = new Sum(endpoints.map((end) => flows.get(end.label)!.down));
    uplink.out = new Sum(endpoints.map((end) => flows.get(end.label)!.up));
    return drafts;
  });

  // Cores: ten-gigabit ports lead down, the last gigabit ports to the endpoints, the first to the carrier.
  const coreDrafts = Array.from({ length: plan.cores }, () => physical(traits, CORE_GIGABIT, CORE_TEN));
  for (let a = 0; a < plan.access; a++) {
    const down = coreDrafts[a % plan.cores]![CORE_GIGABIT + Math.floor(a / plan.cores)]!;
    const above = accessDrafts[a]![ACCESS_GIGABIT]!;
    Object.assign(down, { up: true, optic: true, alias: `下联-接入${a + 1}`, in: above.out, out: above.in });
  }
  for (const [e, end] of plan.coreEndpoints.entries())
    attach(coreDrafts[0]![3 + e]!, end, flows.get(end.label)!);
  const uplinks = wireUplinks(plan, coreDrafts);

  const accessBodies = accessDrafts.map((drafts, a) => {
    const endpoints = plan.endpoints[a]!;
    const neighbors = endpoints.flatMap((end, p): Neighbor[] =>
      end.lldpName === undefined
        ? []
        : [
            {
              ifIndex: traits.firstIndex + p,
              chassis: end.mac,
              portId: "GigabitEthernet0/0/0",
              portDescr: "GigabitEthernet0/0/0",
              sysName: end.lldpName,
              sysDescr: "Huawei AirEngine access point",
              address: storyAddress(plan.school, 2, end.last).join("."),
            },
          ],
    );
    const core = a % plan.cores;
    const coreName = names.core(core);
    neighbors.push({
      ifIndex: traits.firstIndex + ACCESS_GIGABIT,
      chassis: macOf(seed, coreName),
      portId: traits.tenGigabit(Math.floor(a / plan.cores) + 1, CORE_GIGABIT),
      portDescr: `下联-接入${a + 1}`,
      sysName: coreName,
      sysDescr: traits.sysDescr(traits.coreModel),
      address: loopbackAddress(plan.baseOctet, plan.school, LAST_OCTET.core + core),
    });
    return createSwitchBody(plan, traits, seed, profiles, {
      name: names.access(a),
      model: traits.accessModel,
      objectId: traits.accessObjectID,
      since: since(names.access(a)),
      drafts,
      neighbors,
      hosts: [],
      last: LAST_OCTET.access + a,
      poe: true,
      layer3: false,
    });
  });

  const coreBodies = coreDrafts.map((drafts, c) => {
    const neighbors: Neighbor[] = [];
    for (let a = c; a < plan.access; a += plan.cores)
      neighbors.push({
        ifIndex: traits.firstIndex + CORE_GIGABIT + Math.floor(a / plan.cores),
        chassis: macOf(seed, names.access(a)),
        portId: traits.tenGigabit(1, ACCESS_GIGABIT),
        portDescr: `上联-核心${c + 1}`,
        sysName: names.access(a),
        sysDescr: traits.sysDescr(traits.accessModel),
        address: loopbackAddress(plan.baseOctet, plan.school, LAST_OCTET.access + a),
      });
    if (c === 0) {
      const { main, backup } = plan.county;
      neighbors.push(upwards(traits.firstIndex, main));
      if (uplinks.backup) neighbors.push(upwards(traits.firstIndex + 1, backup));
    }
    if (plan.cores === 2)
      neighbors.push({
        ifIndex: traits.firstIndex + CORE_GIGABIT + CORE_TEN - 1,
        chassis: macOf(seed, names.core(1 - c)),
        portId: traits.tenGigabit(CORE_TEN, CORE_GIGABIT),
        portDescr: "核心互联",
        sysName: names.core(1 - c),
        sysDescr: traits.sysDescr(traits.coreModel),
        address: loopbackAddress(plan.baseOctet, plan.school, LAST_OCTET.core + 1 - c),
      });
    return createSwitchBody(plan, traits, seed, profiles, {
      name: names.core(c),
      model: traits.coreModel,
      objectId: traits.coreObjectID,
      since: since(names.core(c)),
      drafts,
      neighbors,
      hosts: c === 0 ? createHosts(plan, traits, seed) : [],
      last: LAST_OCTET.core + c,
      poe: false,
      layer3: true,
      ports: c === 0 ? uplinkPorts(plan, uplinks) : new Map(),
    });
  });
  return { cores: coreBodies, access: accessBodies, flows, ...uplinks };
}

function physical(traits: FamilyTraits, gigabits: number, tens: number): Draft[] {
  const drafts: Draft[] = [];
  for (let n = 1; n <= gigabits; n++) drafts.push(draft(traits.gigabit(n), 1000, ETHERNET));
  for (let n = 1; n <= tens; n++) drafts.push(draft(traits.tenGigabit(n, gigabits), 10_000, ETHERNET));
  return drafts;
}

function attach(port: Draft, end: Endpoint, flow: EndpointFlow): void {
  port.up = true;
  port.alias = end.label;
  port.in = flow.up;
  port.out = flow.down;
  port.busy = end.busy;
}

function wireUplinks(
  plan: NetworkPlan,
  cores: readonly (readonly Draft[])[],
): Pick<Network, "uplink" | "backup"> {
  const below = (core: readonly Draft[], side: "in" | "out") =>
    core.filter((port) => port.up).map((port) => port[side]);
  const second = cores[1];
  let fromBelow = below(cores[0]!, "in");
  let toBelow = below(cores[0]!, "out");
  if (second) {
    // The second core's access switches reach the line over the link between the cores.
    const across = { up: new Sum(below(second, "in")), down: new Sum(below(second, "out")) };
    const last = CORE_GIGABIT + CORE_TEN - 1;
    Object.assign(cores[0]![last]!, {
      up: true,
      optic: true,
      alias: "核心互联",
      in: across.up,
      out: across.down,
    });
    Object.assign(second[last]!, {
      up: true,
      optic: true,
      alias: "核心互联",
      in: across.down,
      out: across.up,
    });
    fromBelow = [...fromBelow, across.up];
    toBelow = [...toBelow, across.down];
  }
  const main = cores[0]![0]!;
  const spare = plan.backup ? cores[0]![1]! : undefined;
  const carrying = plan.uplinkDown && spare ? spare : main;
  for (const port of [main, spare])
    if (port)
      Object.assign(port, {
        up: true,
        optic: true,
        routed: true,
        v6Share: plan.ipv6.share,
        alias: "上联-教育城域网",
      });
  if (spare) spare.alias = "备用上联";
  carrying.in = new Sum(toBelow);
  carrying.out = new Sum(fromBelow);
  if (carrying === spare) {
    // It carried traffic until it went down: the counters stand where they stood.
    Object.assign(main, { up: false, in: new Still(48_213_377_120_004), out: new Still(9_114_530_020_111) });
  } else if (spare) {
    // A line that waits carries its keepalives alone.
    Object.assign(spare, { in: new Flood(120, plan.epoch), out: new Flood(118, plan.epoch) });
  }
  if (plan.uplinkErrors) Object.assign(main, { inErrorRate: 7.3, weakLight: true });
  if (plan.saturated) main.outDiscardRate = 41.7;
  trouble(plan, main);
  return {
    uplink: { core: 0, interface: main.name },
    ...(spare ? { backup: { core: 0, interface: spare.name } } : {}),
  };
}

/** What the school's story says of its main line. */
function trouble({ line, anchor }: NetworkPlan, main: Draft): void {
  if (line.slow) main.mega = SLOW_LINE_MBPS;
  if (line.fades) main.fadesFrom = anchor - 10 * 86_400;
  if (!line.flaps) return;
  main.flapping = { period: 7200, down: 150, since: anchor - 3 * 86_400 };
  main.in = new Flapped(main.in, main.flapping);
  main.out = new Flapped(main.out, main.flapping);
}

/** Ports of the first two boards: what a bent cable makes of them. */
function slowPorts(endpoints: readonly Endpoint[]): number[] {
  return endpoints.flatMap((end, p) => (end.label.endsWith("智慧黑板") ? [p] : [])).slice(0, 2);
}

/** The county's router as LLDP tells it. */
function upwards(ifIndex: number, end: FarEnd): Neighbor {
  return {
    ifIndex,
    chassis: end.chassis,
    portId: end.port,
    portDescr: end.alias,
    sysName: end.router,
    sysDescr: end.sysDescr,
    address: end.address,
  };
}

function uplinkPorts(plan: NetworkPlan, { uplink, backup }: Pick<Network, "uplink" | "backup">) {
  const over = plan.ipv6.step > 0;
  return new Map([
    [uplink.interface, uplinkAddresses(plan.school, 1, 2, over)],
    ...(backup ? [[backup.interface, uplinkAddresses(plan.school, 2, 2, over)] as const] : []),
  ]);
}
