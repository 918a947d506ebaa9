import { createSocket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import { Simulation } from "../../simulators/simulation.ts";
import { SimulationWorker } from "../../simulators/simulation-worker.ts";

const OPTIONS = {
  seed: 4,
  schools: 2,
  baseOctet: 106,
  snmpPort: 0,
  modbusPort: 0,
  epochMs: Date.UTC(2026, 8, 1),
};
const signal = () => new AbortController().signal;

describe("the simulation in a thread", () => {
  let worker: SimulationWorker | undefined;
  afterEach(() => worker?.close());

  it("is the same county with the same truth", async () => {
    worker = new SimulationWorker(OPTIONS);
    await worker.open(signal());
    const here = new Simulation({ ...OPTIONS, clock: { now: () => 0 } });
    const ids = (document: { schools: { devices: { id: string; port?: number }[] }[] }) =>
      document.schools.flatMap((school) => school.devices.map((device) => device.id));
    const inventory = await worker.inventory();
    expect(ids(inventory)).toEqual(ids(here.inventory()));
    const polled = inventory.schools
      .flatMap((school) => school.devices)
      .filter((device) => device.protocol === "snmp");
    expect(polled.every((device) => device.port! > 0)).toBe(true);
    const now = Date.UTC(2026, 10, 18, 2);
    const id = `${here.world.schools[0]!.id}-core1`;
    const list = await worker.truthList(id);
    expect(list).toEqual(here.truthList(id));
    for (const { quantity, tags } of list.slice(0, 30))
      expect(await worker.truth(id, quantity, tags, now)).toBe(here.truth(id, quantity, tags, now));
    expect(await worker.faults()).toEqual(here.faults());
    expect((await worker.stats()).devices).toBe(here.world.devices.size);
  });

  it("passes errors on with code and context", async () => {
    const squatter = createSocket("udp4");
    const port = await new Promise<number>((resolve) =>
      squatter.bind(0, "127.107.1.1", () => resolve(squatter.address().port)),
    );
    try {
      worker = new SimulationWorker({ ...OPTIONS, baseOctet: 107, snmpPort: port });
      await expect(worker.open(signal())).rejects.toMatchObject({
        code: "E_PORT_TAKEN",
        context: { address: "127.107.1.1", port },
      });
    } finally {
      squatter.close();
    }
    const none = new SimulationWorker({ ...OPTIONS, scenario: "no-such" });
    await expect(none.open(signal())).rejects.toMatchObject({ code: "E_FILE" });
    await expect(none.inventory()).rejects.toMatchObject({ code: "E_INTERNAL" });
    await none.close();
  });

  it("ends when aborted, and may be closed twice", async () => {
    const abort = new AbortController();
    worker = new SimulationWorker(OPTIONS);
    const opening = worker.open(abort.signal);
    abort.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
    await worker.close();
    await worker.close();
    await worker.disconnectBoards();
  });
});
