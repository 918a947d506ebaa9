import { join } from "node:path";
import { describe } from "vitest";
import { InfluxStore } from "../../src/stores/influxdb/store.ts";
import { SpoolingStore } from "../../src/stores/spooling-store.ts";
import { describeWith } from "../support/servers.ts";
import { conformance } from "./conformance.ts";
import { Influxd } from "./influxd.ts";
import { temporaryFolder } from "./samples.ts";

const clock = { monotonic: () => performance.now() };

describeWith(["influxd"], "InfluxDB 1.6.7", () => {
  describe("on its own", () => {
    conformance(async () => {
      const server = new Influxd();
      await server.start();
      const store = new InfluxStore({ url: server.url, version: 1, database: "校园 \"x\" 'y'" });
      await store.open(new AbortController().signal);
      return {
        store,
        end: async () => {
          await store.close();
          await server.remove();
        },
      };
    });
  });

  describe("behind the spool", () => {
    const dir = temporaryFolder();
    conformance(async () => {
      const server = new Influxd();
      await server.start();
      const inner = new InfluxStore({ url: server.url, version: 1, database: "campus" });
      const store = new SpoolingStore({ inner, dir: join(dir, "spool"), clock, random: Math.random });
      await store.open(new AbortController().signal);
      return {
        store,
        end: async () => {
          await store.close();
          await server.remove();
        },
      };
    });
  });
});
