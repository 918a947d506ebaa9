import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SnmpClient, type SnmpTarget } from "../../collectors/snmp/client.ts";
import { Secret } from "../../src/settings/secret.ts";
import {
  SNMP_AUTH_PROTOCOLS,
  SNMP_PRIV_PROTOCOLS,
  type SnmpAuthProtocol,
  type SnmpPrivProtocol,
} from "../../src/settings/snmp-security.ts";
import { binary, describeWith } from "../support/servers.ts";
import { Counts, clock } from "./harness.ts";

const SYSTEM = "1.3.6.1.2.1.1";
const SYS_NAME = `${SYSTEM}.5.0`;
const AUTH_PASSWORD = "the auth passphrase";
const PRIV_PASSWORD = "the priv passphrase";

/** What snmpd calls the protocols. */
const AUTH_NAMES: Record<SnmpAuthProtocol, string> = {
  md5: "MD5",
  sha1: "SHA",
  sha224: "SHA-224",
  sha256: "SHA-256",
  sha384: "SHA-384",
  sha512: "SHA-512",
};
const PRIV_NAMES: Record<SnmpPrivProtocol, string> = {
  des: "DES",
  aes128: "AES",
  aes192: "AES-192",
  aes256: "AES-256",
  "aes192-cisco": "AES-192-C",
  "aes256-cisco": "AES-256-C",
};

type Pair = readonly [SnmpAuthProtocol, SnmpPrivProtocol | "none"];
const PAIRS: readonly Pair[] = SNMP_AUTH_PROTOCOLS.flatMap((auth) =>
  (["none", ...SNMP_PRIV_PROTOCOLS] as const).map((priv) => [auth, priv] as const),
);
const userOf = ([auth, priv]: Pair): string => `${auth}-${priv}`;

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

interface Asked {
  readonly port: number;
  readonly user: string;
  readonly auth?: SnmpAuthProtocol;
  readonly priv?: SnmpPrivProtocol | "none";
  readonly authPassword?: string;
  readonly privPassword?: string;
  readonly address?: string;
  readonly context?: string;
  readonly timeoutMs?: number;
}

function openTarget(client: SnmpClient, asked: Asked): SnmpTarget {
  const { auth, priv } = asked;
  return client.target({
    endpoint: { address: asked.address ?? "127.0.0.1", port: asked.port },
    version: "v3",
    user: asked.user,
    timeoutMs: asked.timeoutMs ?? 2000,
    ...(asked.context !== undefined && { context: asked.context }),
    ...(auth && { auth: { protocol: auth, password: new Secret(asked.authPassword ?? AUTH_PASSWORD) } }),
    ...(priv &&
      priv !== "none" && {
        priv: { protocol: priv, password: new Secret(asked.privPassword ?? PRIV_PASSWORD) },
      }),
  });
}

describeWith(["snmpd"], "Debian's snmpd over SNMPv3", () => {
  let folder: string;
  let agent: ChildProcess;
  let port: number;
  let client: SnmpClient;
  const counts = new Counts();

  /** With `-C` snmpd reads no file that is not named: not even its own memory of engine ID and boots. */
  const start = async (remembers: boolean): Promise<void> => {
    agent = spawn(
      binary("snmpd")!,
      [
        "-f",
        "-Lf",
        join(folder, "log"),
        "-C",
        "-c",
        remembers
          ? `${join(folder, "agent.conf")},${join(folder, "snmpd.conf")}`
          : join(folder, "agent.conf"),
        "-p",
        join(folder, "pid"),
        "-m",
        "",
      ],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: folder, MIBS: "" }, stdio: "ignore" },
    );
    const probe = openTarget(client, { port, user: "nobody-of-that-name", timeoutMs: 300 });
    let answers = false;
    for (let i = 0; i < 50 && !answers; i++) {
      await probe.get([SYS_NAME]).catch(() => undefined);
      answers = probe.session.problem?.code === "unknown_user";
    }
    probe.close();
    expect(answers, "snmpd answers").toBe(true);
  };
  const stop = async (): Promise<void> => {
    if (agent.exitCode !== null) return;
    agent.kill();
    await once(agent, "exit");
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "snmpd-v3-"));
    port = await freePort();
    const users = PAIRS.flatMap(([auth, priv]) => {
      const name = userOf([auth, priv]);
      const encrypts = priv === "none" ? "" : ` ${PRIV_NAMES[priv]} "${PRIV_PASSWORD}"`;
      return [
        `createUser ${name} ${AUTH_NAMES[auth]} "${AUTH_PASSWORD}"${encrypts}`,
        `rouser ${name} ${priv === "none" ? "auth" : "priv"}`,
      ];
    });
    writeFileSync(
      join(folder, "agent.conf"),
      [
        `agentaddress udp:127.0.0.1:${port},udp6:[::1]:${port}`,
        "sysName v3-host",
        ...users,
        "createUser open",
        "rouser open noauth",
        "",
      ].join("\n"),
    );
    client = new SnmpClient({ clock, count: counts.add });
    await client.open(new AbortController().signal);
    await start(false);
  }, 60_000);

  afterAll(async () => {
    await client?.close();
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(["127.0.0.1", "::1"])("at %s", (address) => {
    it.each(PAIRS)("reads with %s and %s", async (auth, priv) => {
      const target = openTarget(client, { port, address, user: userOf([auth, priv]), auth, priv });
      const [name] = await target.get([SYS_NAME]);
      expect(name?.text).toBe("v3-host");
      // A first contact is one discovery and the request; what snmpd says of its clock there is right.
      expect(target.cost).toMatchObject({ requests: 2, replies: 1, retries: 0 });
      expect(target.session.engine?.pinnedId).toMatch(/^80001f88/);
      const { items, end } = await target.walk(SYSTEM);
      expect(end).toBe("end");
      expect(items.length).toBeGreaterThan(8);
      target.close();
    });
  });

  it("reads without security where that is chosen", async () => {
    const target = openTarget(client, { port, user: "open" });
    expect((await target.get([SYS_NAME]))[0]?.text).toBe("v3-host");
  });

  it.each([
    [
      "an unknown user",
      { user: "nobody", auth: "sha256", priv: "aes128" },
      "unknown_user",
      /no SNMPv3 user 'nobody'/,
    ],
    [
      "a wrong authentication password",
      { user: "sha256-aes128", auth: "sha256", priv: "aes128", authPassword: "not the password" },
      "wrong_digest",
      /authentication password or protocol is wrong/,
    ],
    [
      "a wrong authentication protocol",
      { user: "sha256-aes128", auth: "sha512", priv: "aes128" },
      "wrong_digest",
      /authentication password or protocol is wrong/,
    ],
    [
      "encryption that the user lacks",
      { user: "sha256-none", auth: "sha256", priv: "aes128" },
      "unsupported_level",
      /does not allow SNMPv3 user 'sha256-none' the security level authPriv/,
    ],
    [
      "a wrong privacy password",
      {
        user: "sha256-aes128",
        auth: "sha256",
        priv: "aes128",
        privPassword: "not the password",
        timeoutMs: 200,
      },
      "silent",
      /privacy password or protocol may be wrong/,
    ],
    [
      "a context that is not there",
      { user: "sha256-aes128", auth: "sha256", priv: "aes128", context: "vlan-7", timeoutMs: 200 },
      "silent",
      /may have no context 'vlan-7'/,
    ],
  ] as const)("names %s", async (_, asked, code, text) => {
    const target = openTarget(client, { port, ...asked });
    await expect(target.get([SYS_NAME])).rejects.toThrow(text);
    expect(target.session.problem?.code).toBe(code);
    target.close();
  });

  it("notices a restart by the engine's boots and goes on at once", async () => {
    const target = openTarget(client, { port, user: "sha256-aes128", auth: "sha256", priv: "aes128" });
    await target.get([SYS_NAME]);
    const { pinnedId, clock: before } = target.session.engine!;
    const { boots } = before;
    await stop();
    await start(true);
    expect((await target.get([SYS_NAME]))[0]?.text).toBe("v3-host");
    expect(target.session.engine!.clock.boots).toBe(boots + 1);
    expect(target.session.engine!.pinnedId).toBe(pinnedId);
    expect(counts.get("snmp.engine_rebooted")).toBe(1);
  });

  it("does not take another engine ID for the device's before a person says so", async () => {
    const target = openTarget(client, {
      port,
      user: "sha256-aes128",
      auth: "sha256",
      priv: "aes128",
      timeoutMs: 300,
    });
    await target.get([SYS_NAME]);
    const { pinnedId } = target.session.engine!;
    await stop();
    await start(false);
    await expect(target.get([SYS_NAME])).rejects.toThrow(`and was ${pinnedId}: another device answers`);
    expect(target.session.problem?.code).toBe("engine_changed");
    expect(counts.get("snmp.engine_changed")).toBeGreaterThan(0);
    expect(target.session.engine!.pinnedId).toBe(pinnedId);
    target.session.engine!.forget();
    expect((await target.get([SYS_NAME]))[0]?.text).toBe("v3-host");
    expect(target.session.engine!.pinnedId).not.toBe(pinnedId);
  });

  it("drops nothing of an honest agent", () => {
    for (const name of ["malformed", "digest", "time", "security", "unknown_id", "spoofed", "oid"])
      expect(counts.get(`snmp.${name}`), name).toBe(0);
  });
});

interface NpmAgent {
  getAuthorizer(): { addUser(user: object): void };
  getMib(): { registerProvider(provider: object): void; setScalarValue(name: string, value: unknown): void };
  close(done?: () => void): void;
}
interface NetSnmp {
  readonly SecurityLevel: Record<string, number>;
  readonly AuthProtocols: Record<string, number>;
  readonly PrivProtocols: Record<string, number>;
  readonly MibProviderType: Record<string, number>;
  readonly ObjectType: Record<string, number>;
  createAgent(options: object, done: () => void): NpmAgent;
}
const snmp = createRequire(import.meta.url)("net-snmp") as NetSnmp;

describe("net-snmp's agent over SNMPv3", () => {
  let agent: NpmAgent;
  let client: SnmpClient;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    agent = snmp.createAgent(
      { port, address: "127.0.0.1", transport: "udp4", disableAuthorization: false },
      () => {},
    );
    for (const [auth, theirAuth] of [
      ["md5", "md5"],
      ["sha1", "sha"],
      ["sha512", "sha512"],
    ] as const)
      for (const [priv, theirPriv] of [
        ["aes128", "aes"],
        ["aes256", "aes256b"],
        ["aes256-cisco", "aes256r"],
      ] as const)
        agent.getAuthorizer().addUser({
          name: userOf([auth, priv]),
          level: snmp.SecurityLevel["authPriv"],
          authProtocol: snmp.AuthProtocols[theirAuth],
          authKey: AUTH_PASSWORD,
          privProtocol: snmp.PrivProtocols[theirPriv],
          privKey: PRIV_PASSWORD,
        });
    agent.getMib().registerProvider({
      name: "sysName",
      type: snmp.MibProviderType["Scalar"],
      oid: "1.3.6.1.2.1.1.5",
      scalarType: snmp.ObjectType["OctetString"],
      maxAccess: 2,
    });
    agent.getMib().setScalarValue("sysName", "npm-agent");
    client = new SnmpClient({ clock, count: () => undefined });
    await client.open(new AbortController().signal);
  });

  afterAll(async () => {
    await client?.close();
    await new Promise<void>((resolve) => agent.close(() => resolve()));
  });

  it.each(
    (["md5", "sha1", "sha512"] as const).flatMap((auth) =>
      (["aes128", "aes256", "aes256-cisco"] as const).map((priv) => [auth, priv] as const),
    ),
  )("reads with %s and %s", async (auth, priv) => {
    const target = openTarget(client, { port, user: userOf([auth, priv]), auth, priv });
    expect((await target.get([SYS_NAME]))[0]?.text).toBe("npm-agent");
    target.close();
  });
});
