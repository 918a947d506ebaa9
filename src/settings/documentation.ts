import { z } from "zod";
import { settingsSchema } from "./schema.ts";
import { Secret } from "./secret.ts";

/** The part of JSON Schema that zod writes and the tables read. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** JSON Schema (draft 7) of campusd.yaml: editors complete and check with it. */
export function settingsJsonSchema(): Record<string, unknown> {
  const schema = settingsSchema({ baseDir: "/", readSecret: () => new Secret("unread") });
  return {
    ...z.toJSONSchema(schema, { io: "input", target: "draft-7" }),
    title: "campusd.yaml",
    description: "Settings of campusd.",
  };
}

/** docs/settings.md: every key with its type, default and meaning. */
export function settingsMarkdown(): string {
  const root = settingsJsonSchema() as JsonSchema;
  const parts = [PREAMBLE];
  for (const [name, section] of Object.entries(root.properties ?? {})) {
    parts.push(`## ${name}\n\n${section.description ?? ""}\n`);
    parts.push(schemaTable(name, section));
  }
  return parts.join("\n");
}

/** A table of the keys under `prefix`: key, type, default, meaning. */
export function schemaTable(prefix: string, schema: JsonSchema): string {
  const rows = sectionRows(prefix, schema);
  return ["| key | type | default | meaning |", "|---|---|---|---|", ...rows, ""].join("\n");
}

const PREAMBLE = `<!-- Generated from src/settings/schema.ts by \`campusd generate\`. Do not edit. -->
# Settings: campusd.yaml

Every key has a default; an empty file is a valid one. Unknown keys, keys that stand twice and values of the wrong
kind are errors, and all of them are reported at once, each with file, line and column. \`examples/campusd.yaml\` is a
file to start from.

- **Durations** are a whole number and a unit: \`500ms\`, \`5s\`, \`1m\`, \`24h\`, \`7d\`, \`2w\`.
- **Sizes** are a whole number and a unit: \`256MB\`, \`2GB\` (powers of 1000), \`512MiB\` (powers of 1024).
- **Paths** that are not absolute start at the folder of the settings file.
- **Secrets** are written in one of three ways and are never printed:

  \`\`\`yaml
  password: "the text itself"
  password: { env: CAMPUSD_PASSWORD }
  password: { file: secrets/password }   # without the line end
  \`\`\`

- **Completion in editors**: put \`# yaml-language-server: $schema=docs/campusd.schema.json\` in the first line.
`;

function sectionRows(prefix: string, schema: JsonSchema): string[] {
  const rows: string[] = [];
  for (const branch of schema.oneOf ?? [schema]) {
    const kind = kindOfBranch(branch);
    if (typeof branch.additionalProperties === "object") {
      rows.push(...sectionRows(`${prefix}.NAME`, branch.additionalProperties));
      continue;
    }
    for (const [key, member] of Object.entries(branch.properties ?? {})) {
      const required = branch.required?.includes(key) ?? false;
      rows.push(
        ...keyRows(`${prefix}.${key}`, member, required, kind === key ? undefined : branchNote(branch, kind)),
      );
    }
  }
  return rows;
}

function keyRows(key: string, schema: JsonSchema, required: boolean, note: string | undefined): string[] {
  const inside = schema.items ?? schema;
  const list = schema.items !== undefined;
  const suffixed = list ? `${key}[]` : key;
  const meaning = `${schema.description ?? ""}${note ? ` ${note}` : ""}`;
  const own = row(key, typeText(schema), required ? "required" : defaultText(schema), meaning);
  if (inside.properties === undefined) return [own];
  return list ? [own, ...sectionRows(suffixed, inside)] : sectionRows(suffixed, inside);
}

/** The key of a branch of a union that tells it from the others. */
function kindOfBranch(schema: JsonSchema): string | undefined {
  return Object.entries(schema.properties ?? {}).find(([, member]) => member.const !== undefined)?.[0];
}

function branchNote(schema: JsonSchema, kind: string | undefined): string | undefined {
  return kind === undefined ? undefined : `(${kind}: ${String(schema.properties?.[kind]?.const)})`;
}

function typeText(schema: JsonSchema): string {
  if (schema.items) return schema.items.properties ? "list" : `list of ${typeText(schema.items)}`;
  if (schema.title) return schema.title;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "integer")
    return schema.maximum === Number.MAX_SAFE_INTEGER
      ? `whole number, ${schema.minimum} or more`
      : `whole number, ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "number") return "number";
  if (schema.type === "boolean") return "`true` or `false`";
  return "text";
}

function defaultText(schema: JsonSchema): string {
  if (schema.default === undefined) return "none";
  return Array.isArray(schema.default) && schema.default.length === 0
    ? "empty"
    : `\`${typeof schema.default === "string" ? schema.default : JSON.stringify(schema.default)}\``;
}

function row(...cells: readonly string[]): string {
  const [key, ...rest] = cells;
  return `| \`${key}\` | ${rest.map((cell) => cell.replaceAll("|", "\\|").trim()).join(" | ")} |`;
}
