import { z } from "zod";
import type { KeyPath } from "./problems.ts";
import { partSchema, profileSchema } from "./schema.ts";

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly [key: string]: unknown;
}

function made(schema: z.ZodType, name: string, title: string): JsonSchema {
  const body = z.toJSONSchema(schema, { target: "draft-7", io: "input" }) as JsonSchema;
  return { $schema: "http://json-schema.org/draft-07/schema#", $id: name, title, ...body };
}

/** The JSON Schema of a profile; editors read it through the first line of each profile. */
export function profileJsonSchema(): JsonSchema {
  return made(profileSchema, "profile.schema.json", "campusd device profile");
}

/** The JSON Schema of a part. */
export function partJsonSchema(): JsonSchema {
  return made(partSchema, "part.schema.json", "campusd device profile part");
}

/** The keys that may stand in the mapping at `path`. */
export function allowedKeys(schema: JsonSchema, path: KeyPath): string[] {
  let nodes: JsonSchema[] = [schema];
  for (const step of path) nodes = nodes.flatMap(alternatives).flatMap((node) => below(node, step));
  return [
    ...new Set(
      nodes
        .flatMap(alternatives)
        .flatMap((node) => [
          ...Object.keys(node.properties ?? {}),
          ...(node.propertyNames?.enum ?? []).map(String),
        ]),
    ),
  ];
}

function alternatives(node: JsonSchema): JsonSchema[] {
  return node.anyOf ? node.anyOf.flatMap(alternatives) : [node];
}

function below(node: JsonSchema, step: string | number): JsonSchema[] {
  if (typeof step === "number") return node.items ? [node.items] : [];
  const property = node.properties?.[step];
  if (property) return [property];
  return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
}
