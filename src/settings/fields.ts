import { z } from "zod";
import { DURATION_PATTERN, formatDuration, parseDuration, parseSize, SIZE_PATTERN } from "./amounts.ts";
import type { Secret } from "./secret.ts";
import { kindOf } from "./wording.ts";

/**
 * The kinds of values that campusd.yaml is made of. `title` names the kind in docs/settings.md. Every message is
 * `what is wrong; what to write`.
 */

/** Text, read from the file itself, from the environment or from a file of its own. */
export type SecretSource = string | { readonly env: string } | { readonly file: string };

/** Reads a secret, or says in words why it cannot. Never says what it read. */
export type SecretReader = (source: SecretSource) => Secret | { readonly problem: string };

function wrongType(write: string) {
  return (issue: { readonly input?: unknown }) =>
    issue.input === undefined ? `is missing; write ${write}` : `is ${kindOf(issue.input)}; write ${write}`;
}

/** A duration in YAML, milliseconds in the program. */
export function duration(minMs: number, maxMs: number) {
  const range = `${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  const write = `a duration such as 5s, 1m, 24h or 7d, ${range}`;
  return z
    .string({ error: wrongType(write) })
    .regex(DURATION_PATTERN, { error: `is not a duration; write ${write}` })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      context.addIssue({ code: "custom", message: `is ${text}; write a duration from ${range}` });
      return z.NEVER;
    })
    .meta({ title: `duration, ${range}` });
}

/** A duration that is one of a few. */
export function durationOf(choices: readonly number[]) {
  const texts = choices.map(formatDuration).join(", ");
  return z
    .string({ error: wrongType(`one of ${texts}`) })
    .regex(DURATION_PATTERN, { error: `is not a duration; write one of ${texts}` })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && choices.includes(ms)) return ms;
      context.addIssue({ code: "custom", message: `is ${text}; write one of ${texts}` });
      return z.NEVER;
    })
    .meta({ title: `one of ${texts}` });
}

/** A size in YAML, bytes in the program. */
export function size(minBytes: number) {
  const write = "a size such as 256MB, 2GB or 512MiB";
  return z
    .string({ error: wrongType(write) })
    .regex(SIZE_PATTERN, { error: `is not a size; write ${write}` })
    .transform((text, context) => {
      const bytes = parseSize(text);
      if (bytes !== undefined && bytes >= minBytes) return bytes;
      context.addIssue({ code: "custom", message: `is ${text}; write at least ${minBytes / 1e6}MB` });
      return z.NEVER;
    })
    .meta({ title: "size" });
}

/** A secret: its text, `{env: NAME}` or `{file: path}`. */
export function secret(read: SecretReader) {
  const write = "the text in quotes, {env: NAME} or {file: path}";
  const error = (issue: { readonly input?: unknown }) =>
    issue.input === undefined ? `is missing; write ${write}` : `is not a secret; write ${write}`;
  return z
    .union(
      [
        z.string().min(1).max(1024),
        z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
        z.strictObject({ file: z.string().min(1) }),
      ],
      { error },
    )
    .transform((source, context) => {
      const result = read(source);
      if (!("problem" in result)) return result;
      context.addIssue({ code: "custom", message: result.problem });
      return z.NEVER;
    })
    .meta({ title: "secret" });
}

/** A short stable name: node ids, credential names. */
export function shortName() {
  const write = "1 to 64 letters, digits, '.', '_' or '-'";
  return z
    .string({ error: wrongType(write) })
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: `is not a name; write ${write}` })
    .meta({ title: "name" });
}

/** A whole number within bounds. */
export function whole(min: number, max: number) {
  const write = `a whole number from ${min} to ${max}`;
  return z
    .int({
      error: (issue) =>
        typeof issue.input === "number" ? `is ${issue.input}; write ${write}` : wrongType(write)(issue),
    })
    .min(min, { error: (issue) => `is ${String(issue.input)}; write ${write}` })
    .max(max, { error: (issue) => `is ${String(issue.input)}; write ${write}` });
}

/** A URL of one of some schemes. User and password have keys of their own, so that no URL is a secret. */
export function url(schemes: readonly string[], example: string) {
  return z
    .string({ error: wrongType(`a URL such as ${example}`) })
    .superRefine((text, context) => {
      const problem = urlProblem(text, schemes, example);
      if (problem) context.addIssue({ code: "custom", message: problem });
    })
    .meta({ title: "URL", examples: [example] });
}

function urlProblem(text: string, schemes: readonly string[], example: string): string | undefined {
  const parsed = URL.parse(text);
  if (!parsed || parsed.hostname === "") return `is not a URL; write one such as ${example}`;
  if (!schemes.includes(parsed.protocol.slice(0, -1)))
    return `has the wrong scheme; write one of ${schemes.map((scheme) => `${scheme}://`).join(", ")}`;
  if (parsed.username !== "" || parsed.password !== "")
    return "holds a user or password; write them under the keys username and password";
  return undefined;
}

/** An MQTT topic filter: `+` is a whole level, `#` the last one (MQTT 3.1.1, 4.7.1). */
export function topicFilter() {
  return z
    .string({ error: wrongType("a topic filter such as school/+/telemetry or school/#") })
    .refine(isTopicFilter, {
      error: 'is not a topic filter; "+" stands for a whole level, "#" for all that follow and comes last',
    })
    .meta({ title: "topic filter" });
}

/** Whether `filter` is a valid MQTT topic filter. */
export function isTopicFilter(filter: string): boolean {
  if (filter === "" || filter.includes("\0") || Buffer.byteLength(filter) > 65_535) return false;
  const levels = filter.split("/");
  return levels.every(
    (level, index) => level === "+" || (level === "#" && index === levels.length - 1) || !/[+#]/.test(level),
  );
}
