import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Caller } from "../access.ts";
import type { Campus } from "../campus.ts";
import type { QueryGate } from "../query-gate.ts";
import { errorSchema } from "../schemas/campus.ts";
import type { StreamHub } from "../stream-hub.ts";

/** The server as the routes see it. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What a route works with. */
export interface RouteDeps {
  readonly campus: Campus;
  readonly hub: StreamHub;
  readonly gate: QueryGate;
  readonly telemetry: Telemetry;
  readonly version: string;
  /** Time zone that school hours are cut in; default Asia/Shanghai. */
  readonly timezone?: string | undefined;
  /** Who asks; every route begins with it. */
  caller(request: FastifyRequest): Caller;
}

/** The error answers that any route may give. */
export const failures = { 400: errorSchema, 404: errorSchema, 500: errorSchema, 503: errorSchema } as const;

/** An id or a path in a request: bounded, and otherwise only looked up. */
export const nameParameter = z.string().min(1).max(256);
