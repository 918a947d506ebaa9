import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PanelRecord } from "../../simulators/behaviour/board.ts";
import { Simulation } from "../../simulators/simulation.ts";
import { binary, describeWith } from "../support/servers.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(done: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`did not happen: ${what}`);
}

function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

describeWith(["mosquitto", "mosquitto_sub", "mosquitto_passwd"], "boards on mosquitto", () => {
  const dir = mkdtempSync(join(tmpdir(), "campus-boards-"));
  const children: ChildProcess[] = [];
  const user = { username: "gateway", password: "not-a-secret" };
  let port = 0;
  /** Retained flag, topic, payload. */
  const lines: string[] = [];

  const simulation = new Simulation({
    seed: 1,
    schools: 3,
    baseOctet: 105,
    snmpPort: 0,
    modbusPort: 0,
    boardIntervalMs: 2000,
    clock: { now: () => Date.now() },
  });

  beforeAll(async () => {
    port = await freePort();
    const passwords = join(dir, "passwords");
    writeFileSync(passwords, "");
    execFileSync(binary("mosquitto_passwd")!, ["-b", passwords, user.username, user.password]);
    const config = join(dir, "mosquitto.conf");
    const owner = process.getuid?.() === 0 ? ["user root"] : [];
    writeFileSync(
      config,
      [
        `listener ${port} 127.0.0.1`,
        "allow_anonymous false",
        `password_file ${passwords}`,
        "persistence false",
        ...owner,
      ].join("\n"),
    );
    children.push(spawn(binary("mosquitto")!, ["-c", config], { stdio: "ignore" }));
    await until(() => listening(port), "mosquitto listens");
    await simulation.open(new AbortController().signal);
  });
  afterAll(async () => {
    await simulation.close();
    for (const child of children) child.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  it("refuse a wrong password with E_MQTT, and do not say it", async () => {
    const wrong = simulation.connectBoards({
      url: `mqtt://127.0.0.1:${port}`,
      username: "gateway",
      password: "hunter2",
    });
    await expect(wrong).rejects.toMatchObject({
      code: "E_MQTT",
      message: expect.not.stringContaining("hunter2"),
    });
    expect(simulation.stats().boards.gateways).toBe(0);
    const nobody = simulation.connectBoards({ url: `mqtt://127.0.0.1:${await freePort()}`, ...user });
    await expect(nobody).rejects.toMatchObject({ code: "E_MQTT" });
  });

  it("publish the panel record and availability, retained", async () => {
    const watcher = spawn(
      binary("mosquitto_sub")!,
      [
        "-h",
        "127.0.0.1",
        "-p",
        String(port),
        "-u",
        user.username,
        "-P",
        user.password,
        "-q",
        "1",
        "-t",
        "edu/#",
        "-F",
        "%r %t %p",
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    children.push(watcher);
    let rest = "";
    watcher.stdout!.on("data", (part: Buffer) => {
      const all = (rest + part.toString()).split("\n");
      rest = all.pop()!;
      lines.push(...all);
    });
    await simulation.connectBoards({ url: `mqtt://127.0.0.1:${port}`, ...user });
    const boards = [...simulation.world.devices.values()].filter((device) => device.role === "board");
    const silent = boards.filter((device) => device.silent);
    expect(silent.length).toBe(1);
    const topic = (id: string) => {
      const device = simulation.world.devices.get(id)!;
      return `edu/sichuan/linjiang/qinghe/${device.school}/${device.building}-${device.room}/${id}`;
    };
    const records = (id: string) =>
      lines.flatMap((line) => {
        const match = /^\d (\S+) (.*)$/.exec(line);
        return match && match[1] === `${topic(id)}/telemetry` ? [JSON.parse(match[2]!) as PanelRecord] : [];
      });
    const speaking = boards.filter((device) => !device.silent);
    await until(
      () => speaking.every((device) => records(device.id).length >= 2),
      "two records of each board",
    );
    for (const device of speaking) {
      for (const record of records(device.id)) {
        const truth = (quantity: string) => simulation.truth(device.id, quantity, {}, record.ts);
        expect(truth("board.power")).toBe(record.power === "on" ? 2 : 1);
        expect(truth("board.temperature")).toBe(record.temp_c);
        expect(truth("board.cpu")).toBe(record.ops.cpu_pct);
        expect(truth("board.usage_today")).toBe(record.usage_today_s);
        expect(truth("board.signal")).toBe(record.net.rssi);
      }
      const sequences = records(device.id).map((record) => record.seq);
      expect(sequences).toEqual(sequences.map((_, i) => sequences[0]! + i));
    }
    expect(records(silent[0]!.id)).toEqual([]);
    const availability = (id: string) =>
      lines.filter((line) => line.includes(`${topic(id)}/availability`)).at(-1);
    expect(availability(speaking[0]!.id)).toMatch(/ online$/);
    expect(availability(silent[0]!.id)).toMatch(/ offline$/);

    await simulation.disconnectBoards();
    const gateways = [...simulation.world.devices.values()].filter((device) => device.role === "gateway");
    const gone = [...gateways, ...boards].map((device) => device.id);
    await until(() => gone.every((id) => availability(id)?.endsWith(" offline")), "everybody says goodbye");
    const after = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(lines.slice(after)).toEqual([]);
    expect(simulation.stats().boards.connected).toBe(0);
    // The broker keeps it for who comes later.
    const retained = execFileSync(binary("mosquitto_sub")!, [
      ...["-h", "127.0.0.1", "-p", String(port), "-u", user.username, "-P", user.password],
      ...["-t", `${topic(gateways[0]!.id)}/availability`, "-C", "1", "-W", "5", "-F", "%r %p"],
    ]).toString();
    expect(retained.trim()).toBe("1 offline");
  });
});
