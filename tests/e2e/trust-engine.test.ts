import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeviceView } from "../../src/api/schemas/campus.ts";
import { octets } from "../snmp/asn1.ts";
import { V3Agent } from "../snmp/v3-agent.ts";
import { campusd, getJson, until } from "../support/process.ts";
import { Site } from "../support/site.ts";

/** A switch is replaced while campusd is down: it is not believed before a person says so. */
describe("a device whose SNMPv3 engine changed", () => {
  const site = new Site({ baseOctet: 47, boards: false });
  const school = site.simulation.world.schools[0]!.id;
  let agent: V3Agent;
  const device = () => getJson<DeviceView>(`${site.url}/api/v1/devices/s-v3`);
  const state = (wanted: "up" | "down") => until(device, (view) => view.device.up === wanted, 60_000);
  const trust = async (...args: string[]): Promise<[number, string]> => {
    const running = campusd(["trust-engine", "-c", site.config, ...args]);
    return [await running.exited, running.output()];
  };

  beforeAll(async () => {
    agent = await V3Agent.listen();
    agent.objects.set("1.3.6.1.2.1.1.6.0", octets("room 101"));
    await site.prepare();
    site.writeSettings({
      snmp: { timeout: "300ms", retries: 1 },
      credentials: {
        switches: { protocol: "snmp", community: "public" },
        secure: {
          protocol: "snmp",
          version: "v3",
          user: agent.user,
          auth: { protocol: "sha256", password: agent.authPassword },
          privacy: { protocol: "aes128", password: agent.privPassword },
        },
      },
    });
    const rows = `设备编码,学校编码,设备名称,角色,管理地址,协议,端口,凭据\ns-v3,${school},安全交换机,接入交换机,127.0.0.1,snmp,${agent.port},secure\n`;
    const imported = campusd(["import", "-c", site.config, site.write("v3.csv", rows)]);
    expect(await imported.exited, imported.output()).toBe(0);
  }, 60_000);

  afterAll(async () => {
    await site.remove();
    await agent.close();
  });

  it("stays down over a restart, says why in the log, and comes back at a person's word", async () => {
    await site.serve();
    await state("up");
    await site.stop();
    agent.engineId = Buffer.from("8000dead04000000000000", "hex");
    await site.serve();
    await state("down");
    await site.running.seen(/s-v3.*engine ID is 8000dead04000000000000 and was 8000cafe04/);

    expect(await trust("s-v4")).toEqual([
      2,
      expect.stringContaining("no device 's-v4'; nothing was changed"),
    ]);
    expect((await device()).device.up).toBe("down");
    const [code, output] = await trust("s-v3");
    expect(output).toContain("s-v3: the engine that answers next is trusted");
    expect(code).toBe(0);
    await state("up");
    expect(await site.stop()).toBe(0);
  }, 240_000);
});
