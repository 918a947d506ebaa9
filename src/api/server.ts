import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import helmet from "@fastify/helmet";
import swagger from "@fastify/swagger";
import { fastify } from "fastify";
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import { CampusError } from "../errors/campus-error.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type CallerOf, everyone, notFound, resolveCaller } from "./access.ts";
import { Campus } from "./campus.ts";
import { serveConsole } from "./console-files.ts";
import { errorAnswer, sendError } from "./error-answer.ts";
import { isOwnName } from "./host-names.ts";
import type { LiveState } from "./live.ts";
import { QueryGate } from "./query-gate.ts";
import { backboneRoutes } from "./routes/backbone.ts";
import { countyRoutes } from "./routes/county.ts";
import { coverageRoutes } from "./routes/coverage.ts";
import { devicesRoutes } from "./routes/devices.ts";
import { eventsRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { linksRoutes } from "./routes/links.ts";
import { pollingRoutes } from "./routes/polling.ts";
import { regionsRoutes } from "./routes/regions.ts";
import { roomsRoutes } from "./routes/rooms.ts";
import type { Api, RouteDeps } from "./routes/route.ts";
import { schoolsRoutes } from "./routes/schools.ts";
import { searchRoutes } from "./routes/search.ts";
import { seriesRoutes } from "./routes/series.ts";
import { siteAuditsRoutes } from "./routes/site-audits.ts";
import { streamRoutes } from "./routes/stream.ts";
import { targetsRoutes } from "./routes/targets.ts";
import { STREAM_LIMITS, StreamHub, type StreamLimits } from "./stream-hub.ts";

export interface ServerDeps {
  readonly live: LiveState;
  readonly telemetry: Telemetry;
  /** campusd's version. */
  readonly version: string;
  /** Absolute path of the built console; it need not exist. */
  readonly consoleFolder: string;
  /** Names besides loopback's under which requests come, lower case; a proxy's. */
  readonly hostNames?: readonly string[];
  /** Who sent a request. Default: whoever reaches the port sees everything. */
  readonly callerOf?: CallerOf;
  readonly stream?: Partial<StreamLimits>;
  /** A query of the store is given up after this, ms. Default 15,000. */
  readonly queryTimeoutMs?: number;
  /** Time zone that school hours are cut in (`targets.timezone`). */
  readonly timezone?: string;
}

export interface ListenAddress {
  /** `http://127.0.0.1:8080`, without a slash at the end; loopback stands for "every address". */
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

export interface ApiServer {
  /**
   * Begins to listen; port 0 takes a free one. E_PORT_TAKEN when the port is taken, E_SETTINGS when the host
   * is not an address of this machine or the port needs rights. May be called again after a failure.
   */
  listen(host: string, port: number): Promise<ListenAddress>;
  /** Ends every stream and connection; when it resolves nothing is answered any more. */
  close(): Promise<void>;
}

const QUERIES = { running: 4, waiting: 64, timeoutMs: 15_000 };
const MOST_CONNECTIONS = 1000;

/** The HTTP server: the API, its description, metrics and the console. Inert until `listen`. */
export function createServer(deps: ServerDeps): ApiServer {
  const campus = new Campus(deps.live);
  const hub = new StreamHub(campus, deps.telemetry, { ...STREAM_LIMITS, ...deps.stream });
  const gate = new QueryGate(QUERIES.running, QUERIES.waiting, deps.queryTimeoutMs ?? QUERIES.timeoutMs);
  const callerOf = deps.callerOf ?? everyone;
  const routeDeps: RouteDeps = {
    campus,
    hub,
    gate,
    telemetry: deps.telemetry,
    version: deps.version,
    timezone: deps.timezone,
    caller: (request) => resolveCaller(request, callerOf),
  };
  deps.telemetry.gauge("stream_clients", () => hub.size);
  let app: Api | undefined;
  return {
    async listen(host, port) {
      const built = await build(deps, routeDeps);
      try {
        await built.listen({ host, port });
      } catch (error) {
        await built.close();
        throw listenError(error, host, port);
      }
      app = built;
      return addressOf(built.server.address() as AddressInfo);
    },
    async close() {
      hub.close();
      await app?.close();
    },
  };
}

async function build(deps: ServerDeps, routeDeps: RouteDeps): Promise<Api> {
  const { telemetry } = deps;
  const { log } = telemetry;
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: true,
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 20_000, connectionsCheckingInterval: 5_000 },
    frameworkErrors(error, request, reply) {
      sendError(reply, request, error, log);
    },
    clientErrorHandler(_error, socket) {
      if (!socket.writable) return;
      const bad = new CampusError("E_REQUEST", "The request cannot be read.");
      const body = JSON.stringify(errorAnswer(bad, randomUUID(), log).body);
      socket.end(
        `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.server.maxConnections = MOST_CONNECTIONS;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendError(reply, request, error, log));
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // campusd speaks plain HTTP; whoever puts TLS before it decides on this.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "campusd",
        description: "Campus network and IoT controller. docs/api.md explains states, times and errors.",
        version: deps.version,
      },
    },
    transform: jsonSchemaTransform,
  });
  app.addHook("onRequest", async (request, reply) => {
    if (!isOwnName(request.headers.host, deps.hostNames ?? []))
      throw new CampusError(
        "E_REQUEST",
        "The Host header is no name of this server; http.names in campusd.yaml lists a proxy's.",
        {
          parameter: "Host",
        },
      );
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
  });
  app.addHook("onResponse", async (request, reply) => {
    telemetry.count("requests");
    // A live stream lasts as long as somebody looks: that is no response time.
    if (request.routeOptions.url === "/api/v1/stream") return;
    telemetry.observe("request", reply.elapsedTime / 1000);
  });
  const console = serveConsole(app as never, deps.consoleFolder);
  app.setNotFoundHandler((request, reply) => {
    if (!console(request, reply)) sendError(reply, request, notFound(), log);
  });
  for (const routes of [
    healthRoutes,
    pollingRoutes,
    regionsRoutes,
    countyRoutes,
    coverageRoutes,
    schoolsRoutes,
    backboneRoutes,
    linksRoutes,
    roomsRoutes,
    devicesRoutes,
    eventsRoutes,
    seriesRoutes,
    searchRoutes,
    siteAuditsRoutes,
    streamRoutes,
    targetsRoutes,
  ])
    routes(app, routeDeps);
  app.get("/api/v1/openapi.json", { schema: { hide: true } as object }, () => app.swagger());
  await app.ready();
  return app;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE")
    return new CampusError("E_PORT_TAKEN", `port ${port} of ${host} is taken`, { host, port }, error);
  if (code === "EADDRNOTAVAIL" || code === "EACCES" || code === "ENOTFOUND")
    return new CampusError(
      "E_SETTINGS",
      `cannot listen on ${host} port ${port}: ${code}`,
      { host, port },
      error,
    );
  return error;
}

function addressOf(address: AddressInfo): ListenAddress {
  const anywhere = address.address === "0.0.0.0" || address.address === "::";
  const host = anywhere ? "127.0.0.1" : address.address;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    host: address.address,
    port: address.port,
  };
}
