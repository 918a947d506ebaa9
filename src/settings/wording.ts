import type { z } from "zod";
import { closest } from "./closest.ts";

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/**
 * The words for what a schema refuses: `what is wrong; what to write`. Pass it as `error` to safeParse. A
 * schema's own message, where it has one, is written in the same form. Values are shown for numbers and for
 * lists of choices only: any other value may be a secret that stands in the wrong place.
 */
export function wordIssue(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? `is missing; write ${describeType(issue.expected)}`
        : `is ${kindOf(issue.input)}; write ${describeType(issue.expected)}`;
    case "unrecognized_keys":
      return issue.keys.map((key) => wordUnknownKey(key, allowedKeys(issue.inst))).join("\n");
    case "invalid_value":
      return wordChoice(issue.input, issue.values.map(String));
    case "invalid_union": {
      // `options` and `discriminator` come with a discriminated union only.
      const { options, discriminator } = issue as { options?: unknown[]; discriminator?: string };
      if (!options || !discriminator) return wordFormat(issue.errors[0]?.[0]);
      const input = (issue.input as Record<string, unknown> | undefined)?.[discriminator];
      return wordChoice(input, options.map(String));
    }
    case "too_small":
    case "too_big":
      return wordBounds(issue);
    case "invalid_key":
      return "is not a valid name; write 1 to 64 letters, digits, '.', '_' or '-'";
    case "invalid_format":
      return wordFormat(issue);
    default:
      return `is not valid; ${issue.message ?? "see the documentation of this key"}`;
  }
}

function wordFormat(issue: { readonly format?: string } | { readonly code?: string } | undefined): string {
  const format = issue && "format" in issue ? issue.format : undefined;
  switch (format) {
    case "ipv4":
    case "ipv6":
      return "is not an address; write an IPv4 or IPv6 address such as 10.1.2.3 or 2001:db8::1";
    case "date":
      return "is not a date; write one such as 2024-09-01";
    default:
      return "does not have the right form; see the documentation of this key";
  }
}

function wordUnknownKey(key: string, allowed: readonly string[]): string {
  const meant = closest(key, allowed);
  const hint = meant ? `did you mean "${meant}"? ` : "";
  return `unknown key "${printable(key)}"; ${hint}keys here: ${allowed.join(", ")}`;
}

/** `is "x"; write one of a, b`, with the likely choice first when there is one. */
export function wordChoice(input: unknown, choices: readonly string[]): string {
  if (input === undefined) return `is missing; write one of ${choices.join(", ")}`;
  if (typeof input === "object") return `is ${kindOf(input)}; write one of ${choices.join(", ")}`;
  const text = printable(String(input));
  const meant = closest(text, choices);
  return `is "${text}"; ${meant ? `did you mean "${meant}"? ` : ""}write one of ${choices.join(", ")}`;
}

function wordBounds(issue: RawIssue & { code: "too_small" | "too_big" }): string {
  const bound = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const side = issue.code === "too_small" ? "at least" : "at most";
  switch (issue.origin) {
    case "number":
    case "int":
      return `is ${String(issue.input)}; write a number of ${side} ${bound}`;
    case "array":
      return `has the wrong number of entries; write ${side} ${bound}`;
    default:
      return `has the wrong length; write ${side} ${bound} characters`;
  }
}

function allowedKeys(inst: unknown): string[] {
  const shape = (inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape ? Object.keys(shape) : [];
}

/** What a value is, in words, without the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "object":
      return "a map of keys";
    default:
      return "a number";
  }
}

function describeType(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "text (in quotes where it looks like a number)",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a map of keys",
    record: "a map of names",
  };
  return words[expected] ?? expected;
}

/** Text of a file made fit for a terminal: no control or direction characters, at most 60 characters. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\u{fffd}");
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean;
}
