import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { binary, describeWith } from "../support/servers.ts";
import { freePort, inspect, snapshots } from "./run.ts";

const SETTINGS = `
credentials:
  core:
    protocol: snmp
    version: v3
    user: monitor
    auth: { protocol: sha256, password: { env: V3_AUTH } }
    privacy: { protocol: aes128, password: a long privacy phrase }
  wrong:
    protocol: snmp
    version: v3
    user: monitor
    auth: { protocol: sha256, password: not the password }
    privacy: { protocol: aes128, password: a long privacy phrase }
  community:
    protocol: snmp
    community: { env: NOT_SET_ANYWHERE }
`;

describeWith(["snmpd"], "inspect with a credential of the settings", () => {
  let folder: string;
  let agent: ChildProcess;
  let port: number;
  let config: string;
  const env = { V3_AUTH: "a long auth phrase" };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "inspect-v3-"));
    port = await freePort();
    config = join(folder, "campusd.yaml");
    writeFileSync(config, SETTINGS);
    const agentConfig = join(folder, "agent.conf");
    writeFileSync(
      agentConfig,
      [
        `agentaddress udp:127.0.0.1:${port}`,
        'createUser monitor SHA-256 "a long auth phrase" AES "a long privacy phrase"',
        "rouser monitor priv",
        "sysName v3-host",
        "",
      ].join("\n"),
    );
    agent = spawn(
      binary("snmpd")!,
      ["-f", "-Lf", join(folder, "log"), "-C", "-c", agentConfig, "-p", join(folder, "pid"), "-m", ""],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: folder, MIBS: "" }, stdio: "ignore" },
    );
  });
  afterAll(async () => {
    if (agent.exitCode === null) {
      agent.kill();
      await once(agent, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it("reads a device as an SNMPv3 user", async () => {
    const target = `snmp://127.0.0.1:${port}`;
    const args = ["--config", config, "--credential", "core", "--retries", "5"];
    const { code, lines } = await snapshots([target], args, { env });
    expect(code).toBe(0);
    expect(lines.get(target)!.identity!.sysName).toBe("v3-host");
  });

  it("says what is wrong with the password and shows none", async () => {
    const args = ["--config", config, "--credential", "wrong", `snmp://127.0.0.1:${port}`];
    const { code, stdout, stderr } = await inspect(args, { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/E_SNMP_SECURITY: .*authentication password or protocol is wrong/);
    expect(stdout + stderr).not.toMatch(/not the password|privacy phrase|auth phrase/);
  });

  it.each([
    [["--credential", "core"], /--credential needs --config/],
    [["--config", "CONFIG"], /name it with --credential/],
    [["--config", "CONFIG", "--credential", "cor"], /no SNMP credential 'cor'; there is: core, wrong/],
    [["--config", "CONFIG", "--credential", "community"], /secret of credential 'community' cannot be read/],
    [[], /is not snmp:.*no @ behind a community \(--credential/],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await inspect(
      [...args.map((arg) => (arg === "CONFIG" ? config : arg)), `snmp://127.0.0.1:${port}`],
      { env },
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
