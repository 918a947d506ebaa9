import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { EventsView, Health, SearchView } from "../../src/api/schemas/campus.ts";
import { QUANTITIES } from "../../src/measurements/quantities.ts";
import { makeWorld, type World } from "./world.ts";
import { backboneOf, ipv6Of, linkPageOf, wifiOf } from "./world-answers.ts";
import { REGIONS, type Rename } from "./world-base.ts";
import { BIG, evidenceOf, sitesOf, targetPageOf, targetsOf } from "./world-targets.ts";

export interface Fixture {
  readonly url: string;
  readonly world: World;
  /** Ends every stream; with `refuse` also those that come. */
  dropStreams(refuse: boolean): void;
  /** Sends a `patch` to each stream of this view, `county`, `school`, `device`. */
  patch(view: string, patch: object): void;
  /** Answers every API request with this error, until undefined. */
  fail(error: { status: number; code: string; message: string; remedy: string } | undefined): void;
  close(): Promise<void>;
}

interface Options {
  /** Folder of a built console. */
  readonly dist: string;
  readonly seed?: number;
  readonly at?: number;
  readonly rename?: Rename;
  /** Schools on the backbone besides those of the county. */
  readonly more?: number;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** As strict as the real server's: a breach is an error in the browser's console, and so in the tests. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A stand-in for the API on 127.0.0.1, with seeded data of the contract's shapes. */
export async function startFixture(options: Options): Promise<Fixture> {
  const world = makeWorld(options.seed ?? 7, options.at ?? Date.now(), options.rename);
  const rename: Rename = options.rename ?? ((name) => name);
  const { at } = world;
  const backbone = backboneOf(world.county, at, rename, options.more);
  const streams = new Map<ServerResponse, string>();
  let refusing = false;
  let failure: { status: number; code: string; message: string; remedy: string } | undefined;

  const json = (response: ServerResponse, body: unknown, status = 200): void => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(body));
  };
  const missing = (response: ServerResponse): void =>
    json(
      response,
      { error: { code: "not-found", message: "no such thing", remedy: "", context: {}, id: "t-404" } },
      404,
    );

  const documentOf = (query: URLSearchParams): unknown => {
    const id = query.get("id") ?? "";
    if (query.get("view") === "school") return world.school(id);
    if (query.get("view") === "device") return world.device(id);
    return countyOf(query.get("path"));
  };
  const countyOf = (path: string | null): unknown =>
    path === world.county.region.path
      ? world.county
      : REGIONS.some((region) => region.path === path)
        ? { ...world.county, region: REGIONS.find((region) => region.path === path), schools: [], links: [] }
        : undefined;

  function stream(response: ServerResponse, query: URLSearchParams): void {
    const document = documentOf(query);
    if (refusing || !document) {
      json(response, { error: {} }, refusing ? 503 : 404);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: view\ndata: ${JSON.stringify(document)}\n\n`);
    streams.set(response, query.get("view") ?? "");
    response.on("close", () => streams.delete(response));
  }

  function school(id: string): unknown {
    const [name = "", part] = id.split("/");
    const view = world.school(name);
    if (!view || part === undefined) return view;
    return part === "ipv6" ? ipv6Of(name, at, rename) : wifiOf(name, view.rooms, at, rename);
  }

  function targets(id: string, query: URLSearchParams): unknown {
    if (id === "") return targetsOf(query.get("region") ?? "", at, rename);
    if (id.endsWith("/evidence")) {
      const asked = world.county.schools.find((one) => one.id === query.get("school"));
      return asked && evidenceOf(asked.id, asked.name, at, rename);
    }
    return targetPageOf(id, query.get("region") ?? "", world.county, at, rename);
  }

  function api(path: string, query: URLSearchParams, response: ServerResponse): unknown {
    if (failure) {
      const { status, ...error } = failure;
      return json(response, { error: { ...error, context: {}, id: "t-500" } }, status);
    }
    const answer = (body: unknown): void => (body === undefined ? missing(response) : json(response, body));
    const [, resource = "", id = ""] = /^\/([a-z-]+)\/?(.*)$/.exec(path) ?? [];
    switch (resource) {
      case "stream":
        return stream(response, query);
      case "health":
        return answer(health(world));
      case "regions":
        return answer({ regions: [...REGIONS, BIG] });
      case "backbone":
        return answer(
          query.get("region") === backbone.region.path ? { ...backbone, at: Date.now() } : undefined,
        );
      case "links":
        return answer(linkPageOf(backbone, decodeURIComponent(id)));
      case "targets":
        return answer(targets(decodeURIComponent(id), query));
      case "site-audits":
        return answer(sitesOf(at, rename));
      case "county":
        return answer(countyOf(query.get("path")));
      case "schools":
        return answer(id ? school(decodeURIComponent(id)) : { at, schools: world.county.schools });
      case "devices":
        return answer(world.device(decodeURIComponent(id)));
      case "quantities":
        return answer({
          quantities: [...QUANTITIES.values()].map((one) => ({ ...one, symbol: "", meaning: "" })),
        });
      case "series":
        return answer(world.series(query));
      case "events":
        return answer(events(world.at, query.get("device") ?? ""));
      case "search":
        return answer(search(world, query.get("q") ?? ""));
      default:
        return missing(response);
    }
  }

  async function file(path: string, response: ServerResponse): Promise<void> {
    const known = extname(path) in TYPES && !path.includes("..");
    const body = known ? await readFile(join(options.dist, path)).catch(() => undefined) : undefined;
    response.writeHead(200, {
      "content-type": body ? TYPES[extname(path)]! : TYPES[".html"]!,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
    });
    response.end(body ?? (await readFile(join(options.dist, "index.html"))));
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://fixture");
    if (url.pathname.startsWith("/api/v1")) api(url.pathname.slice(7), url.searchParams, response);
    else void file(url.pathname, response);
  });
  const send = (to: ServerResponse, event: string, data: object): void => {
    to.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const alive = setInterval(() => {
    for (const one of streams.keys()) send(one, "alive", { at: Date.now(), perSecond: 8214 });
  }, 2_000);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    dropStreams(refuse) {
      refusing = refuse;
      for (const one of streams.keys()) one.destroy();
    },
    patch(view, patch) {
      for (const [one, of] of streams) if (of === view) send(one, "patch", patch);
    },
    fail(error) {
      failure = error;
    },
    async close() {
      clearInterval(alive);
      for (const one of streams.keys()) one.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function health(world: World): Health {
  return {
    status: "ok",
    devices: world.county.totals.devices,
    samples: { total: 12_345_678, perSecond: 8214 },
    store: { kind: "embedded", healthy: true, series: 61_204, spooled: 0, dropped: 0 },
    startedAt: world.at - 86_400_000,
    version: "0.1.0",
    simulated: true,
  };
}

function search(world: World, text: string): SearchView {
  const hits: SearchView["hits"] = [];
  for (const school of world.county.schools) {
    if (`${school.name} ${school.nameEn}`.toLowerCase().includes(text.toLowerCase())) {
      hits.push({
        kind: "school",
        id: school.id,
        name: school.name,
        nameEn: school.nameEn!,
        detail: "靖边县",
        path: school.path,
      });
    }
  }
  for (const device of world.school("jb-02")?.devices ?? []) {
    if (device.name.includes(text) || device.addresses.includes(text)) {
      hits.push({
        kind: "device",
        id: device.id,
        name: device.name,
        detail: `${device.role} · ${device.schoolName} · ${device.addresses[0]}`,
        path: "sn/yl/jb/jb-02",
      });
    }
  }
  return { hits: hits.slice(0, 12) };
}

/** A port that went down twice, and a notification that nobody has a word for. */
function events(at: number, device: string): EventsView {
  const about = { device, school: null, source: "127.0.0.1", oid: "1.3.6.1.6.3.1.1.5.3", more: 0 };
  const varbinds = [{ oid: "1.3.6.1.2.1.2.2.1.1.5", name: "ifIndex.5", value: "5", type: "INTEGER" }];
  return {
    at,
    next: null,
    events: [
      {
        ...about,
        id: 2,
        at: at - 60_000,
        lastAt: at - 55_000,
        kind: "linkDown",
        severity: "warning",
        interface: "GE0/0/5",
        count: 2,
        varbinds,
      },
      {
        ...about,
        id: 1,
        at: at - 600_000,
        lastAt: at - 600_000,
        kind: "1.3.6.1.4.1.99999.0.7",
        severity: "unknown",
        interface: null,
        count: 1,
        varbinds: [],
      },
    ],
  };
}
