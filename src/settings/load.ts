import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { CampusError } from "../errors/campus-error.ts";
import type { SecretReader } from "./fields.ts";
import { type Settings, type SettingsContext, settingsSchema } from "./schema.ts";
import { Secret } from "./secret.ts";
import { wordIssue } from "./wording.ts";
import { formatKey, formatProblem, type KeyPath, type Problem, parseYamlSource } from "./yaml-source.ts";

const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_SECRET_BYTES = 65_536;

export interface LoadOptions {
  /** Environment that `{env: NAME}` reads; default: none, so that nothing is read unasked. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * For who looks at the settings and logs in nowhere: a secret that cannot be read here is told of and stands
   * empty, instead of being a problem. The service's environment is seldom the person's.
   */
  readonly onUnreadSecret?: (why: string) => void;
}

/**
 * Reads campusd.yaml. Throws E_FILE when it cannot be read, and E_SETTINGS with one line for every problem:
 * `file:line:column key: what is wrong; what to write`. No value of a secret is ever in a message.
 */
export function loadSettings(path: string, options: LoadOptions = {}): Settings {
  const text = readText(path);
  const { settings, problems } = parseSettings(text, path, options);
  if (settings) return settings;
  throw new CampusError("E_SETTINGS", problems.map(formatProblem).join("\n"), {
    file: path,
    line: problems[0]?.line,
    key: problems[0]?.key,
    problems: problems.length,
  });
}

/** The settings of an empty file in `baseDir`. */
export function defaultSettings(baseDir: string = process.cwd()): Settings {
  return deepFreeze(settingsSchema({ baseDir, readSecret: secretReader(baseDir, {}) }).parse({}));
}

/** Checks the text of a settings file; answers the settings, or every problem it has. */
export function parseSettings(
  text: string,
  file: string,
  options: LoadOptions = {},
): { readonly settings?: Settings; readonly problems: readonly Problem[] } {
  const source = parseYamlSource(text, file);
  if (source.problems.length > 0) return { problems: source.problems };
  const baseDir = dirname(resolve(file));
  const context: SettingsContext = { baseDir, readSecret: readerFor(baseDir, options) };
  const result = settingsSchema(context).safeParse(withoutEmptySections(source.value), { error: wordIssue });
  if (result.success) return { settings: deepFreeze(result.data), problems: [] };
  const problems = result.error.issues.flatMap((issue) => placeIssue(issue, file, source.locate));
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** An issue of a schema as problems with their place; one for each unknown key. */
export function placeIssue(
  issue: z.core.$ZodIssue,
  file: string,
  locate: (path: KeyPath, part?: "key" | "value") => { readonly line: number; readonly column: number },
): Problem[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code !== "unrecognized_keys")
    return [
      {
        file,
        ...locate(path, issue.code === "invalid_key" ? "key" : "value"),
        key: formatKey(path),
        text: issue.message,
      },
    ];
  // wordIssue writes one line for each key, in the order of the keys.
  const texts = issue.message.split("\n");
  return issue.keys.map((key, index) => ({
    file,
    ...locate([...path, key], "key"),
    key: formatKey([...path, key]),
    text: texts[index] ?? issue.message,
  }));
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CampusError(
      "E_FILE",
      `cannot read the settings file ${path}: ${reasonOf(error)}`,
      { file: path },
      error,
    );
  }
  if (bytes.length > MAX_SETTINGS_BYTES)
    throw new CampusError("E_SETTINGS", `${path}: is larger than 1 MB; this is not a settings file`, {
      file: path,
    });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CampusError("E_SETTINGS", `${path}: is not UTF-8 text; save it as UTF-8`, { file: path });
  }
}

function readerFor(baseDir: string, { env = {}, onUnreadSecret }: LoadOptions): SecretReader {
  const read = secretReader(baseDir, env);
  if (!onUnreadSecret) return read;
  return (source) => {
    const result = read(source);
    if (!("problem" in result)) return result;
    onUnreadSecret(result.problem);
    return new Secret("");
  };
}

function secretReader(baseDir: string, env: Readonly<Record<string, string | undefined>>): SecretReader {
  return (source) => {
    if (typeof source === "string") return new Secret(source);
    if ("env" in source) {
      const text = env[source.env];
      return text
        ? new Secret(text)
        : {
            problem: `environment variable ${source.env} is ${text === "" ? "empty" : "not set"}; set it before campusd starts`,
          };
    }
    return readSecretFile(resolve(baseDir, source.file));
  };
}

/** The file's text without the line end that editors add. */
function readSecretFile(path: string): Secret | { readonly problem: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return {
      problem: `cannot read ${path} (${reasonOf(error)}); create the file, readable for campusd's user`,
    };
  }
  if (bytes.length > MAX_SECRET_BYTES)
    return { problem: `${path} is larger than 64 kB; name a file that holds the secret alone` };
  const text = bytes.toString("utf8").replace(/\r?\n$/, "");
  return text === "" ? { problem: `${path} is empty; write the secret into it` } : new Secret(text);
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
      return "permission denied";
    case "EISDIR":
      return "it is a folder";
    default:
      return code ?? "unknown reason";
  }
}

/** `mqtt:` with everything under it commented out is null in YAML and means: the defaults. */
function withoutEmptySections(value: unknown): unknown {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
