import { CampusError } from "../../../src/errors/campus-error.ts";
import type {
  AddressFact,
  ApFact,
  DeviceFacts,
  EntityFact,
  HostFact,
  Identity,
  InterfaceFact,
  NeighborFact,
  VlanFact,
} from "../../../src/inventory/facts.ts";
import type { CompiledProfile } from "../../../src/profiles/compiled.ts";
import type { ProfileSet } from "../../../src/profiles/profile-set.ts";
import { failureError } from "../client.ts";
import { makePlan, type ProfilePlan } from "../plan.ts";
import { nameInterfaces, readTable } from "../polling/bind.ts";
import { BoundTable } from "../polling/bound-table.ts";
import { deviceFacts } from "../polling/facts.ts";
import { identify, readSystem, type SystemGroup } from "../polling/identity.ts";
import { readSigns } from "../polling/signs.ts";
import type { BoundTables } from "../polling/template-text.ts";
import { describeEnd } from "../requests/walk.ts";
import type { SnmpSession } from "../session.ts";
import { type InterfaceCounters, interfaceCounters } from "./counters.ts";
import { type ReadingFact, type RejectedFact, tableReadings } from "./readings.ts";

/** One look at one device: what `campusd inspect` prints, without the target. */
export interface DeviceSnapshot {
  /** UTC ms at which the look began. */
  readonly at: number;
  readonly identity: Identity;
  readonly interfaces: readonly InspectedInterface[];
  readonly addresses: readonly InspectedAddress[];
  readonly hosts: readonly InspectedHost[];
  readonly neighbors: readonly NeighborFact[];
  readonly vlans: readonly VlanFact[];
  readonly entities: readonly EntityFact[];
  readonly aps: readonly ApFact[];
  readonly readings: readonly ReadingFact[];
  /** Values that the device gave and nobody is to believe, with why. */
  readonly rejected: readonly RejectedFact[];
  /** What the profile asked for and the device does not have. */
  readonly lacking: readonly LackingFact[];
  /** Tables of which only a part was read, with why. */
  readonly partial: readonly PartialFact[];
  readonly spent: Spent;
  /** Set when the device fell silent over it: what is above was read before. */
  readonly error?: { readonly code: string; readonly message: string };
}

export type InspectedInterface = InterfaceFact & InterfaceCounters;

/** An entry of a cache; without `mac` the device asks who it is and got no answer. */
export type InspectedHost = Omit<HostFact, "mac"> & Partial<Pick<HostFact, "mac">>;

/** `prefixInferred`: the device gives no mask, and the prefix is that of the address's class (RFC 1122 section 3.2.1.3). */
export type InspectedAddress = AddressFact & { readonly prefixInferred?: true };

export interface LackingFact {
  readonly table: string;
  /** Objects without a value in any row; absent when the table has no row at all. */
  readonly objects?: readonly string[];
}

export interface PartialFact {
  readonly table: string;
  readonly reason: string;
}

export interface Spent {
  readonly requests: number;
  readonly retries: number;
  readonly varbinds: number;
  /** UDP payload. */
  readonly octetsSent: number;
  readonly octetsReceived: number;
  readonly ms: number;
}

/** Makes the plan of a look by hand once a profile, however many devices it fits. */
export class InspectionPlans {
  readonly #profiles: ProfileSet;
  readonly #plans = new WeakMap<CompiledProfile, ProfilePlan>();

  constructor(profiles: ProfileSet) {
    this.#profiles = profiles;
  }

  /** Subtrees that decide which profile fits. */
  questionsOf(system: SystemGroup): readonly (readonly number[])[] {
    return this.#profiles.questionsOf(system);
  }

  /** Undefined when no profile that speaks SNMP fits. */
  of(system: SystemGroup): ProfilePlan | undefined {
    const profile = this.#profiles.match(system);
    if (!profile?.snmp) return undefined;
    let plan = this.#plans.get(profile);
    if (!plan) {
      plan = makePlan(profile, { everyColumn: true });
      this.#plans.set(profile, plan);
    }
    return plan;
  }
}

/**
 * Reads everything once that campusd would ever read of a device, with the pace and the suspicion of the poller.
 * Nothing is written. Throws E_TIMEOUT or E_UNREACHABLE when the device does not answer at all.
 */
export async function inspectDevice(session: SnmpSession, plans: InspectionPlans): Promise<DeviceSnapshot> {
  const { clock } = session;
  const at = clock.now();
  const started = clock.monotonic();
  const { system, failure } = await readSigns(session, (signs) => plans.questionsOf(signs), {});
  if (failure) throw failureError(failure, session);
  const plan = plans.of(system);
  if (plan?.profile.snmp) session.useQuirks(plan.profile.snmp.quirks);
  const { tables, partial, silent } = await readTables(session, plan);
  for (const table of tables.values()) table.peers = tables;
  for (const table of tables.values())
    if (table.plan.table.fact?.kind === "interface") nameInterfaces(table, tables);
  const facts = deviceFacts("", at, identify(system, plan?.profile, tables), tables, true);
  const { readings, rejected } = tableReadings(tables);
  return {
    at,
    identity: facts.identity,
    interfaces: withCounters(facts, tables),
    addresses: facts.addresses.map(withPrefix),
    hosts: facts.hosts,
    neighbors: facts.neighbors,
    vlans: facts.vlans,
    entities: facts.entities,
    aps: facts.aps,
    readings,
    rejected,
    lacking: lacking(tables, new Set(partial.map((one) => one.table))),
    partial,
    spent: spent(session, clock.monotonic() - started),
    ...(silent && { error: { code: silent.code, message: silent.message } }),
  };
}

interface TablesRead {
  readonly tables: BoundTables;
  readonly partial: readonly PartialFact[];
  /** Why reading ended before the last table. */
  readonly silent?: CampusError;
}

async function readTables(session: SnmpSession, plan: ProfilePlan | undefined): Promise<TablesRead> {
  const tables = new Map<string, BoundTable>();
  const partial: PartialFact[] = [];
  for (const tablePlan of plan?.tables ?? []) {
    const { table, end } = await readTable(session, tablePlan, () => false);
    tables.set(tablePlan.table.id, table);
    if (end === "end") continue;
    partial.push({ table: tablePlan.table.id, reason: describeEnd(end) });
    if (typeof end !== "object" || end.outcome === "status") continue;
    // Some agents are silent about one table and alive: the next tables are asked only of those.
    const { failure } = await readSystem(session, {});
    if (failure) {
      for (const rest of plan!.tables)
        if (!tables.has(rest.table.id)) tables.set(rest.table.id, new BoundTable(rest, []));
      const error = failureError(failure, session);
      const message = `${error.message} any more while the table ${tablePlan.table.id} was read`;
      return { tables, partial, silent: new CampusError(error.code, message, error.context) };
    }
  }
  return { tables, partial };
}

function withCounters(facts: DeviceFacts, tables: BoundTables): InspectedInterface[] {
  const counters = interfaceCounters(tables);
  return facts.interfaces.map((one) => ({ ...one, ...counters.get(one.ifIndex) }));
}

/** An IPv4 address without a mask has the one of its class: inferred, and said to be. */
function withPrefix(fact: AddressFact): InspectedAddress {
  if (fact.prefixLength !== undefined || fact.address.includes(":")) return fact;
  const first = Number(fact.address.split(".")[0]);
  const prefixLength = first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : undefined;
  return prefixLength === undefined ? fact : { ...fact, prefixLength, prefixInferred: true };
}

function lacking(tables: BoundTables, partial: ReadonlySet<string>): LackingFact[] {
  const list: LackingFact[] = [];
  for (const [table, bound] of tables) {
    if (partial.has(table)) continue;
    if (bound.rows === 0) {
      list.push({ table });
      continue;
    }
    const objects = bound.plan.columns.flatMap(({ column }, i) => (bound.hasAny(i) ? [] : [column.object]));
    if (objects.length > 0) list.push({ table, objects });
  }
  return list;
}

function spent(session: SnmpSession, ms: number): Spent {
  const { requests, retries, varbinds, octetsSent, octetsReceived } = session.cost;
  return { requests, retries, varbinds, octetsSent, octetsReceived, ms: Math.round(ms) };
}
