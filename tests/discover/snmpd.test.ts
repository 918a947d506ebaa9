import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { NamedCredential } from "../../collectors/snmp/discovery/ask.ts";
import { mergeDevices } from "../../src/commands/discover/merge.ts";
import { Secret } from "../../src/settings/secret.ts";
import { binary, describeWith } from "../support/servers.ts";
import { community, discover, freePort, outcomes, user } from "./world.ts";

const NET = "127.174.1";
const AUTH = { protocol: "sha256", password: new Secret("correct horse") } as const;
const PRIV = { protocol: "aes128", password: new Secret("battery staple") } as const;
const wrong = new Secret("something else");

describeWith(["snmpd"], "Debian's snmpd, discovered", () => {
  let folder: string;
  let agent: ChildProcess;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "discover-snmpd-"));
    port = await freePort();
    const config = join(folder, "snmpd.conf");
    const addresses = [`${NET}.1`, `${NET}.2`, `${NET}.3`].map((address) => `udp:${address}:${port}`);
    writeFileSync(
      config,
      [
        `agentaddress ${[...addresses, `udp6:[::1]:${port}`].join(",")}`,
        "view system included .1.3.6.1.2.1.1",
        "view aside included .1.3.6.1.2.1.99",
        "rocommunity whole",
        "rocommunity6 whole",
        "rocommunity small default -V system",
        "rocommunity nothing default -V aside",
        "rocommunity elsewhere 192.0.2.1",
        'createUser reader SHA-256 "correct horse" AES "battery staple"',
        'createUser plain SHA-256 "correct horse"',
        "rouser reader priv",
        "rouser plain auth",
        "sysName srv-1",
        "sysLocation 机房",
        "",
      ].join("\n"),
    );
    agent = spawn(
      binary("snmpd")!,
      ["-f", "-Lf", join(folder, "log"), "-C", "-c", config, "-p", join(folder, "pid")],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: folder }, stdio: "ignore" },
    );
    for (let i = 0; i < 60; i++) {
      const found = await discover({ prefixes: [`${NET}.1`], port, credentials: [community("whole")] });
      if (found.looks.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("snmpd never answered");
  });
  afterAll(async () => {
    if (agent?.exitCode === null) {
      const ended = new Promise((resolve) => agent.once("exit", resolve));
      agent.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (...credentials: NamedCredential[]) => {
    const found = await discover({
      prefixes: [`${NET}.1`],
      port,
      credentials,
      tries: 2 * credentials.length,
    });
    expect(found.addresses).toHaveLength(1);
    return { ...found.addresses[0]!, looks: found.looks };
  };

  it("is one device at all its addresses; where nobody listens the port is closed", async () => {
    const found = await discover({
      prefixes: [`${NET}.1-4`, "::1"],
      port,
      credentials: [community("whole")],
    });
    expect(outcomes(found)).toEqual({
      [`${NET}.1`]: "device",
      [`${NET}.2`]: "device",
      [`${NET}.3`]: "device",
      [`${NET}.4`]: "port-closed",
      "::1": "device",
    });
    const devices = mergeDevices(found.looks);
    expect(devices).toHaveLength(1);
    expect(devices[0]!.endpoints.map(({ address }) => address)).toEqual([
      `${NET}.1`,
      `${NET}.2`,
      `${NET}.3`,
      "::1",
    ]);
    // Known again by its first answer: it was read once, not four times.
    expect(found.looks).toHaveLength(1);
    const { identity, interfaces } = found.looks[0]!.snapshot;
    expect(identity).toMatchObject({ profile: "net-snmp-host", sysName: "srv-1", sysLocation: "机房" });
    expect(interfaces.length).toBeGreaterThan(0);
  });

  it("knows that an agent is there though no community fits: SNMPv3 gives it away", async () => {
    expect((await ask(community("guess"))).outcome).toBe("wrong-community");
    // Right words from the wrong place look the same, and the reason says so.
    expect((await ask(community("elsewhere"))).outcome).toBe("wrong-community");
  });

  it("tells a view that is too small, and goes on to a credential that sees more", async () => {
    expect(await ask(community("small"))).toMatchObject({ outcome: "view-too-small" });
    expect(await ask(community("nothing"))).toMatchObject({
      outcome: "view-too-small",
      detail: expect.stringMatching(/nothing of the system group/),
    });
    const found = await ask(community("guess"), community("small"), community("whole"));
    expect(found).toMatchObject({ outcome: "device", tried: ["whole"] });
    expect(found.looks[0]!.credential).toBe("whole");
  });

  it("says what is wrong with an SNMPv3 user", async () => {
    const reader = (more: object) => user("v3", { user: "reader", auth: AUTH, priv: PRIV, ...more });
    expect((await ask(reader({}))).outcome).toBe("device");
    expect((await ask(reader({ user: "nobody" }))).outcome).toBe("wrong-user");
    expect((await ask(reader({ auth: { ...AUTH, password: wrong } }))).outcome).toBe("wrong-digest");
    expect((await ask(reader({ auth: { ...AUTH, protocol: "sha1" } }))).outcome).toBe("wrong-digest");
    // A user without privacy keys, asked with privacy.
    expect((await ask(reader({ user: "plain" }))).outcome).toBe("unsupported-privacy");
    const failed = await ask(reader({ user: "nobody" }), reader({ auth: { ...AUTH, password: wrong } }));
    expect(JSON.stringify(failed)).not.toMatch(/correct horse|battery staple|something else/);
    expect((await ask(reader({ user: "nobody" }), community("whole"))).outcome).toBe("device");
  });

  it("says of a wrong privacy passphrase what the agent lets one know", async () => {
    const found = await ask(user("v3", { user: "reader", auth: AUTH, priv: { ...PRIV, password: wrong } }));
    expect(["unsupported-privacy", "v3-refused"]).toContain(found.outcome);
    expect(found.detail).toMatch(/v3/);
  });
});
