import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration, parseSize } from "../../src/settings/amounts.ts";
import { closest } from "../../src/settings/closest.ts";
import { isTopicFilter } from "../../src/settings/fields.ts";
import { isHost, isLoopback } from "../../src/settings/loopback.ts";

describe("durations and sizes", () => {
  test.each([
    ["500ms", 500],
    ["5s", 5000],
    ["1m", 60_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["2w", 1_209_600_000],
  ])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(["", "5", "5 s", "-5s", "1.5h", "5S", "5min", "s", "99999999999s"])("%j is no duration", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  test("what is formatted is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });

  test.each([
    ["256MB", 256e6],
    ["1GiB", 2 ** 30],
    ["10B", 10],
    ["3KB", 3000],
  ])("%s", (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each(["256", "256mb", "1.5GB", "MB"])("%j is no size", (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );
});

describe("addresses to listen on", () => {
  test.each(["127.0.0.1", "127.3.2.1", "::1", "localhost", "::ffff:127.0.0.1"])("%s is loopback", (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  test.each(["0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "example.org", "127.1", "2130706433", ""])(
    "%j is not",
    (host) => expect(isLoopback(host)).toBe(false),
  );
  test("a name or a short form is no address", () => {
    expect(isHost("example.org")).toBe(false);
    expect(isHost("127.1")).toBe(false);
    expect(isHost("fe80::1")).toBe(true);
  });
});

describe("the likely word", () => {
  const keys = ["timeout", "retries", "interfaces"];
  test.each([
    ["tiemout", "timeout"],
    ["Timeout", "timeout"],
    ["retrys", "retries"],
    ["interface", "interfaces"],
    ["community", undefined],
  ])("%s", (word, meant) => expect(closest(word, keys)).toBe(meant));

  test("a long word costs a bounded time", () => {
    expect(closest("x".repeat(1_000_000), keys)).toBeUndefined();
  });
});

test("MQTT topic filters", () => {
  for (const good of ["#", "+", "a/b", "a/+/c/#", "/a", "$share/g/a"]) expect(isTopicFilter(good)).toBe(true);
  for (const bad of ["", "a/#/b", "a+", "a/b#", "a\0b", "a".repeat(65_536)])
    expect(isTopicFilter(bad)).toBe(false);
});
