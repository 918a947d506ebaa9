import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseSettings } from "../../src/settings/load.ts";

const V3 = "protocol: snmp, version: v3, user: u";
const AUTH = "auth: {protocol: sha256, password: long enough}";
const PRIVACY = "privacy: {protocol: aes128, password: long enough}";
const parse = (keys: string) => parseSettings(`credentials: {a: {${keys}}}`, "campusd.yaml");

it.each([
  ["protocol: snmp, community: public", { version: "v2c" }],
  [`${V3}, ${AUTH}, ${PRIVACY}`, { version: "v3", user: "u", context: "" }],
  [`${V3}, ${AUTH}, ${PRIVACY}, context: vlan-7`, { context: "vlan-7" }],
  [`${V3}, level: authNoPriv, ${AUTH}`, { auth: { protocol: "sha256" } }],
  [`${V3}, level: noAuthNoPriv`, { user: "u" }],
])("takes %s", (keys, wanted) => {
  const { settings, problems } = parse(keys);
  expect(problems).toEqual([]);
  expect(settings!.credentials["a"]).toMatchObject({ protocol: "snmp", ...wanted });
  expect(JSON.stringify(settings!.credentials)).not.toContain("long enough");
});

it("gives the secrets as they are written, and nothing of a level that was not chosen", () => {
  const { settings } = parse(`${V3}, ${AUTH}, ${PRIVACY}`);
  const credential = settings!.credentials["a"]!;
  if (credential.protocol !== "snmp" || credential.version !== "v3") throw new Error("another credential");
  expect(credential.auth?.password.reveal()).toBe("long enough");
  expect(credential.priv?.protocol).toBe("aes128");
  expect(Object.keys(credential)).not.toContain("community");
});

it.each([
  [
    `${V3}`,
    ["credentials.a.auth: is missing; write protocol and password", "credentials.a.privacy: is missing"],
  ],
  [`${V3}, ${AUTH}`, ["credentials.a.privacy: is missing; write protocol and password"]],
  [
    `${V3}, level: authNoPriv, ${AUTH}, ${PRIVACY}`,
    ["credentials.a.privacy: has no meaning with authNoPriv; remove it"],
  ],
  [
    `${V3}, level: noAuthNoPriv, ${AUTH}`,
    ["credentials.a.auth: has no meaning with noAuthNoPriv; remove it"],
  ],
  [`protocol: snmp, version: v3, ${AUTH}, ${PRIVACY}`, ["credentials.a.user: is missing"]],
  [`${V3}, ${AUTH}, ${PRIVACY}, community: public`, ["credentials.a.community: has no meaning with SNMPv3"]],
  ["protocol: snmp, community: public, user: u", ["credentials.a.user: has no meaning with v2c"]],
  ["protocol: snmp, community: public, context: x", ["credentials.a.context: has no meaning with v2c"]],
  [
    `${V3}, ${PRIVACY}, auth: {protocol: sha256, password: short}`,
    ["credentials.a.auth.password: is shorter than 8"],
  ],
  [`${V3}, ${PRIVACY}, auth: {protocol: sha3, password: long enough}`, ["credentials.a.auth.protocol"]],
  [
    `${V3.replace("user: u", `user: ${"u".repeat(33)}`)}, ${AUTH}, ${PRIVACY}`,
    ["credentials.a.user: is longer than 32"],
  ],
])("refuses %s", (keys, wanted) => {
  const { settings, problems } = parse(keys);
  expect(settings).toBeUndefined();
  const text = problems.map((problem) => `${problem.key}: ${problem.text}`).join("\n");
  for (const part of wanted) expect(text).toContain(part);
  expect(text).not.toMatch(/long enough|short\b(?!er)/);
});

it("campusd check notes what is weak", () => {
  const folder = mkdtempSync(join(tmpdir(), "weak-"));
  const file = join(folder, "campusd.yaml");
  const weak = `{${V3}, auth: {protocol: md5, password: long enough}, privacy: {protocol: des, password: long enough}}`;
  writeFileSync(
    file,
    `credentials: {good: {${V3}, ${AUTH}, ${PRIVACY}}, weak: ${weak}, open: {${V3}, level: noAuthNoPriv}}\n`,
  );
  const main = join(import.meta.dirname, "../../src/main.ts");
  const { status, stderr } = spawnSync(process.execPath, [main, "check", "settings", file], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  expect(status).toBe(0);
  expect(stderr.split("\n").filter((line) => line.startsWith("note: "))).toEqual([
    "note: credentials.weak: md5 is weak; take it only where the device has nothing better",
    "note: credentials.weak: des is weak; take it only where the device has nothing better",
    "note: credentials.open: SNMPv3 without a signature proves nothing",
  ]);
});
