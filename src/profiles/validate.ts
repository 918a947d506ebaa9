import type { z } from "zod";
import { allowedKeys, type JsonSchema } from "./json-schema.ts";
import { hint, type KeyPath, type ProblemList } from "./problems.ts";
import type { SourceFile } from "./source-file.ts";

/** Checks the form of a file; each breach is a problem at its key. Undefined when there is one. */
export function validate<T>(
  source: SourceFile,
  schema: z.ZodType<T>,
  jsonSchema: () => JsonSchema,
  problems: ProblemList,
): T | undefined {
  const result = schema.safeParse(source.value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) report(source, issue, [], jsonSchema, problems);
  return undefined;
}

function report(
  source: SourceFile,
  issue: z.core.$ZodIssue,
  above: KeyPath,
  jsonSchema: () => JsonSchema,
  problems: ProblemList,
): void {
  const path: KeyPath = [...above, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = allowedKeys(jsonSchema(), path);
      for (const key of issue.keys)
        problems.add(source, [...path, key], `there is no key "${key}" here${hint(key, known)}`);
      return;
    }
    case "invalid_union": {
      // Of the forms that are possible, the one that the text comes nearest to is the one that was meant.
      const forms = issue.errors.filter((errors) => errors.length > 0);
      const deep = forms.filter(
        (errors) =>
          !errors.some(
            (e) => (e.code === "invalid_type" || e.code === "invalid_value") && e.path.length === 0,
          ),
      );
      const meant = deep.sort((a, b) => a.length - b.length)[0];
      if (meant) for (const inner of meant) report(source, inner, path, jsonSchema, problems);
      else
        problems.add(source, path, `${described(at(source.value, path))} does not fit; ${expected(forms)}`);
      return;
    }
    case "invalid_key": {
      const inner = issue.issues[0];
      const key = String(path.at(-1) ?? "");
      const known = inner?.code === "invalid_value" ? inner.values.map(String) : [];
      problems.add(
        source,
        path,
        known.length > 0 ? `there is no "${key}"${hint(key, known)}` : (inner?.message ?? issue.message),
      );
      return;
    }
    case "invalid_value": {
      const found = at(source.value, path);
      const known = issue.values.map(String);
      problems.add(
        source,
        path,
        found === undefined
          ? `the key is missing; write one of: ${known.join(", ")}`
          : `${described(found)} is not possible${hint(String(found), known) || `; write one of: ${known.join(", ")}`}`,
      );
      return;
    }
    case "invalid_type": {
      const found = at(source.value, path);
      problems.add(
        source,
        path,
        found === undefined
          ? `the key is missing; write ${article(issue.expected)}`
          : `${described(found)} stands where ${article(issue.expected)} is expected`,
      );
      return;
    }
    default:
      problems.add(source, path, issue.message);
  }
}

function at(value: unknown, path: KeyPath): unknown {
  let node = value;
  for (const step of path) {
    if (typeof node !== "object" || node === null) return undefined;
    node = (node as Record<string | number, unknown>)[step];
  }
  return node;
}

function described(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  tuple: "a list",
};

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

function expected(forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const words = forms.flatMap((errors) =>
    errors.map((error) =>
      error.code === "invalid_type"
        ? article(error.expected)
        : error.code === "invalid_value"
          ? error.values.map(String).join(", ")
          : error.message,
    ),
  );
  return `write ${[...new Set(words)].join(", or ")}`;
}
