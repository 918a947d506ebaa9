import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { z } from "zod";
import { CampusError } from "../errors/campus-error.ts";
import { ERROR_CODES, type ErrorCode } from "../errors/codes.ts";
import type { Log } from "../telemetry/log.ts";
import type { errorSchema } from "./schemas/campus.ts";

export type ErrorAnswer = z.infer<typeof errorSchema>;

/** Errors that the API itself makes for the person who asks. The words of all others may name hosts and files. */
const SPOKEN: ReadonlySet<ErrorCode> = new Set(["E_REQUEST", "E_NOT_FOUND", "E_BUSY"]);

const LONGEST_MESSAGE = 300;

/** The HTTP status and the body for an error. What is not meant for the person who asks is logged under the id. */
export function errorAnswer(
  error: unknown,
  id: string,
  log: Log,
): { readonly status: number; readonly body: ErrorAnswer } {
  const spoken = toCampusError(error);
  const info = ERROR_CODES[spoken.code];
  const open = SPOKEN.has(spoken.code);
  if (!open) log.error({ err: error, id, code: spoken.code }, "request failed");
  return {
    status: info.http,
    body: {
      error: {
        code: spoken.code,
        message: open ? spoken.message.slice(0, LONGEST_MESSAGE) : info.meaning,
        remedy: info.remedy,
        context: open ? { ...spoken.context } : {},
        id,
      },
    },
  };
}

/** Answers an error: for fastify's error handler and for its not-found handler. */
export function sendError(
  reply: FastifyReply,
  request: FastifyRequest,
  error: unknown,
  log: Log,
): FastifyReply {
  const { status, body } = errorAnswer(error, request.id, log);
  return reply
    .code(status)
    .type("application/json; charset=utf-8")
    .header("cache-control", "no-store")
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body);
}

function toCampusError(error: unknown): CampusError {
  if (error instanceof CampusError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issue = error.validation[0];
    const parameter = issue?.instancePath.split("/").filter(Boolean).join(".") ?? "";
    const message = issue?.message ?? "not valid";
    return parameter === ""
      ? new CampusError("E_REQUEST", message)
      : new CampusError("E_REQUEST", `${parameter}: ${message}`, { parameter });
  }
  const status = (error as Partial<FastifyError>)?.statusCode;
  if (status === 404) return new CampusError("E_NOT_FOUND", ERROR_CODES.E_NOT_FOUND.meaning);
  if (status !== undefined && status >= 400 && status < 500)
    return new CampusError("E_REQUEST", "The request cannot be read.", {}, error);
  return new CampusError("E_INTERNAL", ERROR_CODES.E_INTERNAL.meaning, {}, error);
}
