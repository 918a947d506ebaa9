import { DISCOVER_FAILURES, type DiscoverFailureCode } from "../../../collectors/snmp/discovery/failure.ts";
import { clean, textTable } from "../inspect/table.ts";
import { prefixesOf } from "./follow.ts";
import { serialOf } from "./merge.ts";
import type { Candidate, Proposals, ProposedDevice } from "./propose.ts";
import type { AddressResult, Discovered } from "./run.ts";
import { addressOrder, type DiscoverScope, endpointText } from "./scope.ts";

export interface Report {
  readonly at: number;
  readonly scope: DiscoverScope;
  readonly port: number;
  readonly discovered: Discovered;
  readonly proposals: Proposals;
}

/** Codes that a person expects by the hundred: counted, and listed with `--all`. */
const COMMON: ReadonlySet<string> = new Set(["no-icmp", "port-closed", "interrupted"]);
const MOST_LISTED = 50;
const MOST_PREFIXES = 10;

/** The answer of `--json`: every address with its reason, every device with what is proposed for it. */
export function reportJson({ at, scope, port, discovered, proposals }: Report): object {
  const { addresses, left, pingUnable } = discovered;
  return {
    at,
    scope: scope.texts,
    notSwept: scope.notSwept,
    asked: addresses.length,
    ...(left.overMax > 0 && { overMax: left.overMax }),
    ...(left.interrupted && { interrupted: true }),
    ...(pingUnable !== undefined && { pingUnable }),
    devices: proposals.devices.map(deviceJson),
    candidates: proposals.candidates,
    prefixes: prefixesLeftOut(proposals, scope),
    addresses: [...addresses]
      .sort((a, b) => addressOrder(a.endpoint, b.endpoint))
      .map((one) => addressJson(one, port)),
  };
}

function deviceJson({ found, known, parent, ...rest }: ProposedDevice): object {
  const { look, endpoints, mergedBy } = found;
  const { snapshot, greeting } = look;
  const serial = serialOf(look);
  return {
    ...rest,
    addresses: endpoints,
    ...(mergedBy.length > 0 && { mergedBy }),
    credential: look.credential,
    identity: snapshot.identity,
    ...(serial !== undefined && { serial }),
    ...(greeting.engineId !== undefined && { engineId: greeting.engineId }),
    interfaces: snapshot.interfaces.length,
    neighbors: snapshot.neighbors,
    ...(parent && { parent }),
    ...(known && { known: { device: known.device.id, by: known.by } }),
    ...(snapshot.error && { error: snapshot.error }),
  };
}

function addressJson(one: AddressResult, port: number): object {
  const { endpoint, origin, depth, from, outcome, detail, tried } = one;
  return {
    address: endpoint.address,
    ...(endpoint.port !== port && { port: endpoint.port }),
    origin,
    depth,
    ...(from !== undefined && { from }),
    outcome,
    ...(outcome !== "device" && { reason: DISCOVER_FAILURES[outcome] }),
    ...(detail !== undefined && { detail }),
    ...(tried.length > 0 && { tried }),
  };
}

/** The report for people. `all`: every address is listed, also those where nobody was expected. */
export function reportText(report: Report, all: boolean): string {
  const { devices, candidates } = report.proposals;
  return [
    devices.length === 0 ? "no device answered" : deviceTable(devices, report.port).join("\n"),
    notes(devices),
    candidateTable(candidates, report),
    failureText(report, all),
    summary(report),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function deviceTable(devices: readonly ProposedDevice[], port: number): string[] {
  return textTable(
    [
      { title: "address" },
      { title: "profile" },
      { title: "model" },
      { title: "serial" },
      { title: "name" },
      { title: "role" },
      { title: "ifs", right: true },
      { title: "school" },
      { title: "behind" },
      { title: "inventory" },
    ],
    devices.map(({ found, role, known, school, parent, id, obstacle }) => {
      const { endpoints, look } = found;
      const { profile, model, sysName } = look.snapshot.identity;
      const more = endpoints.length > 1 ? ` +${endpoints.length - 1}` : "";
      return [
        endpointText(endpoints[0]!, port) + more,
        profile,
        model,
        serialOf(look),
        sysName,
        role,
        look.snapshot.interfaces.length,
        school?.school ?? "?",
        parent ? [parent.id, parent.interface].filter(Boolean).join(" ") : undefined,
        known
          ? `${known.device.id} (by ${known.by})`
          : { text: `new: ${id}`, style: obstacle === undefined ? "green" : "yellow" },
      ];
    }),
  );
}

/** What does not fit the table: further addresses, why a school, why not. */
function notes(devices: readonly ProposedDevice[]): string {
  const own = devices.flatMap(({ found, id, obstacle }) => {
    const list: string[] = [];
    const { endpoints, mergedBy, look } = found;
    if (endpoints.length > 1) {
      const by = mergedBy.length > 0 ? ` (one device by ${mergedBy.join(", ")})` : "";
      list.push(`answers at ${endpoints.map(({ address }) => address).join(", ")}${by}`);
    }
    if (obstacle !== undefined) list.push(`not taken over: ${obstacle}`);
    if (look.snapshot.error) list.push(look.snapshot.error.message);
    return list.map((text) => clean(`${id}: ${text}`));
  });
  const placed = devices.filter((device) => device.school && !device.known);
  const reasons = Map.groupBy(placed, ({ school }) => `school ${school!.school}: ${school!.why}`);
  const why = [...reasons].map(([reason, list]) =>
    clean(`${reason} (${list.length === 1 ? list[0]!.id : `${list.length} devices`})`),
  );
  return [...why, ...own].join("\n");
}

function candidateTable(candidates: readonly Candidate[], { discovered }: Report): string {
  if (candidates.length === 0) return "";
  const outcomes = new Map(discovered.addresses.map((one) => [one.endpoint.address, one.outcome]));
  const rows = candidates.slice(0, MOST_LISTED);
  const table = textTable(
    [
      { title: "told of" },
      { title: "kind" },
      { title: "address" },
      { title: "MAC" },
      { title: "school" },
      { title: "behind" },
      { title: "by" },
    ],
    rows.map((one) => [
      one.name,
      one.kind,
      one.addresses[0] === undefined
        ? undefined
        : `${one.addresses[0]} (${outcomes.get(one.addresses[0]) ?? "not asked"})`,
      one.mac,
      one.school?.school,
      [one.parent, one.interface].filter(Boolean).join(" "),
      one.protocol,
    ]),
  );
  const more = candidates.length - rows.length;
  return [...table, ...(more > 0 ? [`… and ${more} more (--json lists all)`] : [])].join("\n");
}

function failureText({ discovered, port }: Report, all: boolean): string {
  const failures = discovered.addresses
    .filter((one) => one.outcome !== "device")
    .sort((a, b) => addressOrder(a.endpoint, b.endpoint));
  const byCode = Map.groupBy(failures, ({ outcome }) => outcome as DiscoverFailureCode);
  return [...byCode]
    .map(([code, list]) => {
      const head = `${list.length} ${code}: ${DISCOVER_FAILURES[code]}`;
      if (COMMON.has(code) && !all) return head;
      const shown = all ? list : list.slice(0, MOST_LISTED);
      const lines = shown.map(
        (one) =>
          `  ${endpointText(one.endpoint, port)}${one.detail === undefined ? "" : `: ${clean(one.detail)}`}`,
      );
      if (shown.length < list.length) lines.push(`  … and ${list.length - shown.length} more (--all)`);
      return [head, ...lines].join("\n");
    })
    .join("\n");
}

/** Networks that devices have an interface in and that the run was not allowed to look into. */
function prefixesLeftOut(
  { devices }: Proposals,
  scope: DiscoverScope,
): readonly { prefix: string; by: string }[] {
  const found = new Map<string, string>();
  for (const { id, found: device } of devices)
    for (const prefix of prefixesOf(device.look.snapshot))
      if (!found.has(prefix) && !scope.touches(prefix)) found.set(prefix, id);
  return [...found].map(([prefix, by]) => ({ prefix, by }));
}

function summary({ discovered, proposals, scope }: Report): string {
  const { devices, candidates } = proposals;
  const known = devices.filter((device) => device.known).length;
  const lines = [
    `${discovered.addresses.length} addresses: ${devices.length} devices (${known} known, ${devices.length - known} new), ${candidates.length} more told of`,
  ];
  const leftOut = prefixesLeftOut(proposals, scope);
  if (leftOut.length > 0) {
    const shown = leftOut.slice(0, MOST_PREFIXES).map(({ prefix, by }) => `${prefix} (${by})`);
    const more = leftOut.length - shown.length;
    lines.push(
      `networks seen and not looked into: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
    );
  }
  if (scope.notSwept.length > 0)
    lines.push(
      `not swept, too wide for that: ${scope.notSwept.join(", ")} (addresses in it come from neighbours)`,
    );
  if (discovered.pingUnable !== undefined)
    lines.push(`ping was not used (${clean(discovered.pingUnable)}): every address was asked over SNMP`);
  if (discovered.left.overMax > 0)
    lines.push(`${discovered.left.overMax} addresses told of were not asked: the run is full (--max)`);
  if (discovered.left.interrupted) lines.push("the run was ended early: this is a part of it");
  return lines.join("\n");
}
