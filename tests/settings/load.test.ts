import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TIERS_MS } from "../../src/collection/contract.ts";
import { CampusError } from "../../src/errors/campus-error.ts";
import { defaultSettings, loadSettings, parseSettings } from "../../src/settings/load.ts";
import { POLL_TIERS_MS } from "../../src/settings/schema.ts";
import type { Secret } from "../../src/settings/secret.ts";
import { formatProblem } from "../../src/settings/yaml-source.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "campusd-settings-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function problems(text: string, env: Record<string, string> = {}): string[] {
  return parseSettings(text, join(folder, "campusd.yaml"), { env }).problems.map((problem) =>
    formatProblem(problem).replace(`${folder}/`, ""),
  );
}

function settings(text: string, env: Record<string, string> = {}) {
  const { settings, problems } = parseSettings(text, join(folder, "campusd.yaml"), { env });
  expect(problems).toEqual([]);
  return settings!;
}

describe("good settings", () => {
  test("an empty file and empty sections give the defaults, frozen", () => {
    const defaults = defaultSettings(folder);
    expect(settings("")).toEqual(defaults);
    expect(settings("# nothing\nmqtt:\nhttp:\n")).toEqual(defaults);
    expect(defaults.http).toEqual({ host: "127.0.0.1", port: 8080, names: [] });
    expect(defaults.data.dir).toBe(join(folder, "data"));
    expect(defaults.snmp.timeoutMs).toBe(2000);
    expect(Object.isFrozen(defaults)).toBe(true);
    expect(Object.isFrozen(defaults.mqtt.broker.users)).toBe(true);
  });

  test("secrets come from the text, the environment and a file, and never print", () => {
    writeFileSync(join(folder, "community"), "from-file\n");
    const text = `
credentials:
  a: { protocol: snmp, community: in-the-file }
  b: { protocol: snmp, version: v1, community: { env: COMMUNITY } }
  c: { protocol: mqtt, username: u, password: { file: community } }
`;
    const { credentials } = settings(text, { COMMUNITY: "from-env" });
    const { a, b, c } = credentials;
    expect((a as { community: Secret }).community.reveal()).toBe("in-the-file");
    expect((b as { community: Secret }).community.reveal()).toBe("from-env");
    expect((c as { password: Secret }).password.reveal()).toBe("from-file");
    for (const print of [
      JSON.stringify(credentials),
      inspect(credentials, { depth: 9 }),
      `${(a as { community: Secret }).community}`,
    ])
      expect(print).not.toMatch(/in-the-file|from-env|from-file/);
  });

  test("a store in InfluxDB", () => {
    const { store } = settings("store: {kind: influxdb, url: 'http://h:8086', database: d, spool: 1GB}");
    expect(store).toEqual({
      kind: "influxdb",
      url: "http://h:8086",
      version: 1,
      database: "d",
      spoolBytes: 1e9,
    });
  });

  test("the poll tiers are the collection's", () => {
    expect(POLL_TIERS_MS).toEqual(TIERS_MS);
    expect(settings("polling: {interfaces: 60s}").polling.interfacesMs).toBe(60_000);
  });
});

describe("bad settings name file, line, column and key, and say what to write", () => {
  test("all problems at once, in the order of the file", () => {
    const lines = problems(`nod: {}
http: {port: 99999}
snmp:
  tiemout: 2s
  timeout: 2
  retries: 1.5
store: {kind: influx}
log: {level: inof}
`);
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      "campusd.yaml:1:1",
      "campusd.yaml:2:14",
      "campusd.yaml:4:3",
      "campusd.yaml:5:12",
      "campusd.yaml:6:12",
      "campusd.yaml:7:15",
      "campusd.yaml:8:14",
    ]);
    expect(lines[0]).toContain('unknown key "nod"; did you mean "node"?');
    expect(lines[1]).toContain("http.port: is 99999; write a whole number from 0 to 65535");
    expect(lines[2]).toContain('did you mean "timeout"?');
    expect(lines[3]).toContain("write a duration such as 5s");
    expect(lines[5]).toContain('did you mean "influxdb"?');
    expect(lines[6]).toContain('did you mean "info"?');
  });

  test.each([
    ["http:\n  port: 1\n  port: 2\n", /^campusd.yaml:3:3: the key "port" stands here a second time/],
    ["http:\n\tport: 1\n", /^campusd.yaml:2:1: a tab is used for indentation; use spaces/],
    ["a: [1\nb: 2\n", /^campusd.yaml:2:1/],
    ["- 1\n", /is a list; write a map of keys/],
    ["hello", /is text; write a map of keys/],
    [
      "http: {host: 0.0.0.0}",
      /http.host: can be reached from other machines, and the page has no access control/,
    ],
    ["http: {host: school.example}", /http.host: is not an address/],
    [
      "mqtt: {broker: {enabled: true, host: 0.0.0.0}}",
      /mqtt.broker.users: is empty while the broker can be reached/,
    ],
    [
      "mqtt: {broker: {enabled: true, host: '::', anonymous: true, users: [{username: a, password: b, topics: ['#']}]}}",
      /mqtt.broker.anonymous: lets anyone in/,
    ],
    ["mqtt: {broker: {enabled: true}}", /mqtt.broker.users: is empty, so that no client could log in/],
    [
      "mqtt: {connections: [{name: a, url: 'mqtt://h'}, {name: a, url: 'mqtt://i'}]}",
      /connections\[1\].name: stands in the list twice/,
    ],
    ["mqtt: {connections: [{name: a, url: 'http://h'}]}", /wrong scheme; write one of mqtt:\/\//],
    [
      "store: {kind: influxdb, url: 'http://h', version: 2}",
      /store.org: is missing; InfluxDB 2 needs it here/,
    ],
    [
      "store: {kind: influxdb, url: 'http://h', database: d, version: 4}",
      /store.version: is not a version; write 1, 2 or 3/,
    ],
    ["store: {kind: embedded, retention: {raw: 5s}}", /store.retention.raw: is 5s; write a duration from 1h/],
    ["credentials: {a b: {protocol: snmp, community: c}}", /credentials.a b: is not a valid name/],
    ["credentials: {a: {protocol: snmp}}", /credentials.a.community: is missing; write the text in quotes/],
    ["polling: {interfaces: 61s}", /write one of 10s, 1m, 5m, 1h, 1d/],
    ["__proto__: {a: 1}", /unknown key "__proto__"/],
  ])("%j", (text, message) => {
    const lines = problems(text);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("\n")).toMatch(message);
  });

  test("a secret that cannot be read is named by its place, and no value of a secret is shown", () => {
    const lines = problems(
      `credentials:
  a: { protocol: snmp, community: { env: NOT_SET } }
  b: { protocol: snmp, community: { env: EMPTY } }
  c: { protocol: snmp, community: { file: no-such-file } }
  d: { protocol: snmp, community: { file: . } }
  e: { protocol: snmp, community: [hunter2] }
  f: { protocol: snmp, version: v2c, community: hunter2, passwort: hunter2 }
  g: hunter2
mqtt:
  connections:
    - { name: x, url: "mqtt://user:hunter2@h" }
    - { name: y, url: "mqtt://h", username: u, password: 4711 }
`,
      { EMPTY: "", UNUSED: "hunter2" },
    ).join("\n");
    expect(lines).toMatch(/:2:35 credentials.a.community: environment variable NOT_SET is not set/);
    expect(lines).toMatch(/credentials.b.community: environment variable EMPTY is empty/);
    expect(lines).toMatch(/credentials.c.community: cannot read .*no-such-file \(it does not exist\)/);
    expect(lines).toMatch(/credentials.d.community: cannot read .* \(it is a folder\)/);
    expect(lines).toMatch(/url: holds a user or password/);
    expect(lines).not.toMatch(/hunter2|4711/);
    expect(problems("credentials: {a: {protocol: snmp, community: *hunter2 }}").join("\n")).not.toContain(
      "hunter2",
    );
    expect(problems('credentials: {a: {protocol: snmp, community: "hunter2}}').join("\n")).not.toContain(
      "hunter2",
    );
  });

  test("a key that is no text is refused, without a warning that quotes it", () => {
    const warned: unknown[] = [];
    const listen = (warning: unknown) => warned.push(warning);
    process.on("warning", listen);
    expect(problems("? {hunter2: x}\n: 1\n").length).toBeGreaterThan(0);
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      process.off("warning", listen);
      expect(warned).toEqual([]);
    });
  });

  test("an alias bomb is refused", () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
    );
    expect(problems(`l0: &l0 [x]\n${levels.join("\n")}\n`).join("\n")).toMatch(/alias/);
  });

  test("loadSettings throws one error with every line, or says that the file cannot be read", () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "nod: 1\nhtpp: 2\n");
    const caught = () => {
      try {
        loadSettings(file);
      } catch (error) {
        return error as CampusError;
      }
      throw new Error("it did not throw");
    };
    expect(caught()).toBeInstanceOf(CampusError);
    expect(caught().code).toBe("E_SETTINGS");
    expect(caught().message.split("\n")).toHaveLength(2);
    expect(caught().context).toMatchObject({ file, line: 1, key: "nod", problems: 2 });
    expect(() => loadSettings(join(folder, "nowhere.yaml"))).toThrow(/it does not exist/);
    writeFileSync(file, new Uint8Array([0xff, 0xfe, 0xfd]));
    expect(() => loadSettings(file)).toThrow(/not UTF-8/);
  });

  test("any text gives settings or problems, never an exception", () => {
    const word = fc.constantFrom(
      "http",
      "port",
      "mqtt",
      "broker",
      ":",
      ": ",
      "\n",
      "  ",
      "{",
      "}",
      "[",
      "]",
      "- ",
      "&a",
      "*a",
      "!x",
      '"',
      "'",
      "\t",
      "1",
      "|",
      ">",
      "---\n",
      "%",
      "<<",
      "?",
      "#",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 40 }).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(text, (yaml) => {
        const result = parseSettings(yaml, "/f.yaml");
        expect(result.settings === undefined).toBe(result.problems.length > 0);
      }),
      { numRuns: 300 },
    );
  });
});
