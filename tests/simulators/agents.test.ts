import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Simulation } from "../../simulators/simulation.ts";
import { binary, describeWith } from "../support/servers.ts";

const run = promisify(execFile);
const NOW = Date.UTC(2026, 10, 18, 2, 0, 0);

interface Place {
  readonly address: string;
  readonly port: number;
}

function placeOf(simulation: Simulation, id: string): Place {
  const { schools, sites } = simulation.inventory();
  for (const place of [...schools, ...sites])
    for (const device of place.devices)
      if (device.id === id) return { address: device.addresses![0]!, port: device.port! };
  throw new Error(`no device ${id}`);
}

function bind(socket: Socket, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => resolve(socket.address().port));
  });
}

describeWith(
  ["snmpget", "snmpbulkwalk", "snmpwalk", "snmpbulkget"],
  "agents against net-snmp's tools",
  () => {
    let now = NOW;
    const simulation = new Simulation({
      seed: 5,
      schools: 4,
      baseOctet: 101,
      snmpPort: 0,
      modbusPort: 0,
      epochMs: Date.UTC(2026, 8, 1),
      clock: { now: () => now },
    });
    beforeAll(() => simulation.open(new AbortController().signal));
    afterAll(() => simulation.close());

    /** `OID TYPE: VALUE` lines, numeric throughout. */
    async function ask(
      tool: string,
      id: string,
      args: readonly string[],
      oids: readonly string[],
      community = "public",
    ) {
      const { address, port } = placeOf(simulation, id);
      const agent = address.includes(":") ? `udp6:[${address}]:${port}` : `${address}:${port}`;
      const { stdout } = await run(
        binary(tool)!,
        ["-t", "1", "-r", "0", "-m", "", "-On", "-Ox", "-c", community, ...args, agent, ...oids],
        { encoding: "latin1", maxBuffer: 1 << 26 },
      );
      return stdout.split(/\n(?=\.)/).map((line) => line.trim());
    }
    const value = (line: string) => /^(\.\S+) = (?:(\S+): |"")(.*)$/s.exec(line);

    function firstOf(vendor: string, role: string): string {
      for (const device of simulation.world.devices.values())
        if (device.vendor === vendor && device.role === role && !device.silent) return device.id;
      throw new Error(`no ${vendor} ${role}`);
    }

    it("serves ifXTable whole, each value the truth of the same second", async () => {
      for (const vendor of ["Huawei", "H3C", "Ruijie"]) {
        now += 12_345;
        const id = firstOf(vendor, "core-switch");
        const lines = await ask("snmpbulkwalk", id, ["-v2c", "-Cr30"], [".1.3.6.1.2.1.31.1.1.1"]);
        const cells = new Map(lines.map((line) => value(line)!).map((m) => [m[1]!, m[3]!]));
        const names = [...cells].filter(([oid]) => oid.startsWith(".1.3.6.1.2.1.31.1.1.1.1."));
        expect(names.length).toBeGreaterThan(20);
        expect(cells.size).toBe(names.length * 19);
        for (const [oid, hex] of names) {
          const index = oid.split(".").at(-1)!;
          const name = Buffer.from(hex.replace(/\s/g, ""), "hex").toString();
          const truth = (quantity: string) => simulation.truth(id, quantity, { interface: name }, now)!;
          const cell = (column: number) => Number(cells.get(`.1.3.6.1.2.1.31.1.1.1.${column}.${index}`)!);
          expect(cell(6)).toBe(truth("interface.in_octets"));
          expect(cell(10)).toBe(truth("interface.out_octets"));
          expect(cell(7)).toBe(truth("interface.in_unicast"));
          expect(cell(8)).toBe(truth("interface.in_multicast"));
          expect(cell(15) * 1e6).toBe(truth("interface.speed"));
        }
      }
    });

    it("serves ifTable with the 32-bit counters and states", async () => {
      const id = firstOf("H3C", "access-switch");
      const lines = await ask("snmpbulkwalk", id, ["-v2c"], [".1.3.6.1.2.1.2.2"]);
      const cells = new Map(lines.map((line) => value(line)).flatMap((m) => (m ? [[m[1]!, m[3]!]] : [])));
      const { body } = simulation.world.devices.get(id)!;
      if (body.kind !== "switch") throw new Error("not a switch");
      expect(lines.length).toBe(body.switch.ports.length * 22);
      for (const { plan } of body.switch.ports) {
        const cell = (column: number) => Number(cells.get(`.1.3.6.1.2.1.2.2.1.${column}.${plan.ifIndex}`)!);
        const truth = (quantity: string) => simulation.truth(id, quantity, { interface: plan.name }, now)!;
        expect(cell(10)).toBe(truth("interface.in_octets") % 2 ** 32);
        expect(cell(16)).toBe(truth("interface.out_octets") % 2 ** 32);
        expect(cell(7)).toBe(truth("interface.admin_state"));
        expect(cell(8)).toBe(truth("interface.oper_state"));
        expect(cell(14)).toBe(truth("interface.in_errors"));
      }
    });

    it("says who it is, with GBK and UTF-8 descriptions", async () => {
      const texts = new Set<string>();
      for (const device of simulation.world.devices.values()) {
        if (!device.id.endsWith("-core1")) continue;
        const [name] = await ask("snmpget", device.id, ["-v2c"], [".1.3.6.1.2.1.1.5.0"]);
        expect(Buffer.from(value(name!)![3]!.replace(/\s/g, ""), "hex").toString()).toBe(device.id);
        const aliases = await ask("snmpbulkwalk", device.id, ["-v2c"], [".1.3.6.1.2.1.31.1.1.1.18"]);
        const bytes = Buffer.from(value(aliases[0]!)![3]!.replace(/\s/g, ""), "hex");
        const utf8 = bytes.toString("utf8");
        texts.add(utf8.includes("\ufffd") ? `gbk ${new TextDecoder("gbk").decode(bytes)}` : `utf8 ${utf8}`);
      }
      expect([...texts].sort()).toEqual(["gbk 上联-教育城域网", "utf8 上联-教育城域网"]);
    });

    it("counts IPv6 apart, per system and per interface", async () => {
      const link = simulation.world.schools[0]!.links[0]!;
      const tags = { family: "ipv6" };
      const truth = simulation.truth(link.device, "ip.in_octets", tags, now)!;
      const [system, v6, v4] = await ask(
        "snmpget",
        link.device,
        ["-v2c"],
        [".1.3.6.1.2.1.4.31.1.1.6.2", ".1.3.6.1.2.1.4.31.1.1.33.2", ".1.3.6.1.2.1.4.31.1.1.6.1"],
      );
      expect(Number(value(system!)![3])).toBe(truth);
      expect(Number(value(v6!)![3])).toBe(simulation.truth(link.device, "ip.out_octets", tags, now));
      expect(Number(value(v4!)![3])).toBe(
        simulation.truth(link.device, "ip.in_octets", { family: "ipv4" }, now),
      );
      const walk = await ask("snmpbulkwalk", link.device, ["-v2c"], [".1.3.6.1.2.1.4.31.3.1.6.2"]);
      const sum = walk.reduce((total, line) => total + Number(value(line)![3]), 0);
      expect(sum).toBe(truth);
    });

    it("speaks SNMPv1 without Counter64", async () => {
      const id = firstOf("Huawei", "core-switch");
      const lines = await ask("snmpwalk", id, ["-v1", "-Cc"], [".1.3.6.1.2.1.31"]);
      expect(lines.length).toBeGreaterThan(100);
      expect(lines.filter((line) => line.includes("Counter64"))).toEqual([]);
      await expect(ask("snmpget", id, ["-v1"], [".1.3.6.1.2.1.31.1.1.1.6.6"])).rejects.toMatchObject({
        stderr: expect.stringContaining("noSuchName"),
      });
    });

    it("answers over IPv6", async () => {
      const device = [...simulation.world.devices.values()].find((each) => each.address === "::1")!;
      const lines = await ask("snmpget", device.id, ["-v2c"], [".1.3.6.1.2.1.33.1.2.4.0"]);
      expect(Number(value(lines[0]!)![3])).toBe(simulation.truth(device.id, "ups.charge", {}, now));
    });

    it("reports access points and radios as the controller knows them", async () => {
      const id = firstOf("Huawei", "wifi-controller");
      const states = await ask("snmpbulkwalk", id, ["-v2c"], [".1.3.6.1.4.1.2011.6.139.13.3.3.1.6"]);
      const aps = simulation.world.schools[0]!.devices.filter((device) => device.role === "access-point");
      expect(states.length).toBe(aps.length);
      const radios = await ask("snmpbulkwalk", id, ["-v2c"], [".1.3.6.1.4.1.2011.6.139.16.1.2.1.40"]);
      const online = states.filter((line) => line.endsWith(" 8")).length;
      expect(radios.length).toBe(2 * online);
      const stations = radios.reduce((sum, line) => sum + Number(value(line)![3]), 0);
      expect(stations).toBe(simulation.truth(id, "wifi.clients", {}, now));
    });

    it("is silent to a wrong community, and a silent switch to everybody", async () => {
      const wrong = ask("snmpget", firstOf("H3C", "core-switch"), ["-v2c"], [".1.3.6.1.2.1.1.1.0"], "secret");
      await expect(wrong).rejects.toMatchObject({ stderr: expect.stringContaining("Timeout") });
      const silent = simulation.faults().find((fault) => fault.kind === "silent-switch")!;
      const asked = ask("snmpget", silent.device, ["-v2c"], [".1.3.6.1.2.1.1.1.0"]);
      await expect(asked).rejects.toMatchObject({ stderr: expect.stringContaining("Timeout") });
      expect(simulation.stats().snmp.ignored).toBeGreaterThanOrEqual(2);
    });

    it("answers with what fits a frame, and says tooBig to a GET that does not", async () => {
      const id = firstOf("Huawei", "access-switch");
      const bulk = await ask("snmpbulkget", id, ["-v2c", "-Cr500"], [".1.3.6.1.2.1.2.2"]);
      expect(bulk.length).toBeGreaterThan(20);
      expect(bulk.length).toBeLessThan(80);
      const names = Array.from({ length: 90 }, () => ".1.3.6.1.2.1.1.1.0");
      await expect(ask("snmpget", id, ["-v2c", "-Cf"], names)).rejects.toMatchObject({
        stderr: expect.stringContaining("tooBig"),
      });
    });

    it("walks every agent to its end", async () => {
      let varbinds = 0;
      for (const device of simulation.world.devices.values()) {
        if (device.protocol !== "snmp" || device.silent) continue;
        const lines = await ask("snmpbulkwalk", device.id, ["-v2c", "-Cr40"], [".1"]);
        expect(lines.at(-1)).toContain("No more variables");
        varbinds += lines.length;
      }
      expect(varbinds).toBeGreaterThan(30_000);
    });
  },
);

describe("opening", () => {
  it("names the address and port that is taken, and leaves nothing open", async () => {
    const squatter = createSocket("udp4");
    const port = await bind(squatter, 0, "127.102.1.1");
    const options = { seed: 1, schools: 1, baseOctet: 102, modbusPort: 0, clock: { now: () => NOW } };
    try {
      const simulation = new Simulation({ ...options, snmpPort: port });
      await expect(simulation.open(new AbortController().signal)).rejects.toMatchObject({
        code: "E_PORT_TAKEN",
        message: expect.stringContaining(`127.102.1.1:${port}`),
        context: { address: "127.102.1.1", port },
      });
      expect(simulation.inventory().schools[0]!.devices.every((device) => device.port === undefined)).toBe(
        true,
      );
      const other = createSocket("udp4");
      await bind(other, port, "127.102.1.11");
      other.close();
    } finally {
      squatter.close();
    }
  });

  it("ends when aborted before it began", async () => {
    const simulation = new Simulation({
      seed: 1,
      schools: 1,
      baseOctet: 102,
      snmpPort: 0,
      modbusPort: 0,
      clock: { now: () => NOW },
    });
    await expect(simulation.open(AbortSignal.abort(new Error("no more")))).rejects.toThrow("no more");
  });
});
