import { z } from "zod";
import type { IndicatorSources, Window } from "../../indicators/contract.ts";
import { createIpv6Maker } from "../../indicators/ipv6/maker.ts";
import { uplinksOf } from "../../indicators/ipv6/traffic.ts";
import { createWifiMaker } from "../../indicators/wifi/maker.ts";
import type { School } from "../../inventory/model.ts";
import { type Caller, maySee, notFound, visibleSchool, visibleSchools } from "../access.ts";
import { CoverageBoard } from "../coverage-board.ts";
import { coverageSchema, schoolIpv6Schema, schoolWifiSchema } from "../schemas/coverage.ts";
import { coverageView, schoolCoverage } from "../views/coverage.ts";
import { ipv6View } from "../views/ipv6.ts";
import { wifiView } from "../views/wifi.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

/** Pages show the last 24 hours; targets judge their own windows. */
const WINDOW_MS = 86_400_000;

/** IPv6 and Wi-Fi of a school, and of the schools under a region. */
export function coverageRoutes(app: Api, deps: RouteDeps): void {
  const { campus, gate, telemetry } = deps;
  const { live } = campus;
  const sources: IndicatorSources = {
    store: live.store,
    inventory: () => live.inventory(),
    facts: (device) => live.facts(device),
  };
  // A page prints its gaps beside the share: it holds nothing back. Targets ask for more.
  const zone = deps.timezone === undefined ? {} : { timezone: deps.timezone };
  const ipv6 = createIpv6Maker(sources, { ...zone, leastCoverage: 0 });
  const wifi = createWifiMaker(sources, zone);
  const lately = (): Window => {
    const to = live.clock.now();
    return { from: to - WINDOW_MS, to };
  };
  const board = new CoverageBoard({
    monotonic: () => live.clock.monotonic(),
    judge: async (school) => {
      const window = lately();
      const judged = await ipv6.judge(school, window);
      return schoolCoverage(judged, await wifi.judge(school, window));
    },
    failed: (error) => telemetry.log.warn({ err: error }, "the coverage of a school is not known"),
  });
  app.addHook("onClose", async () => board.close());

  app.get(
    "/api/v1/schools/:id/ipv6",
    {
      schema: {
        summary: "IPv6 of a school in the last 24 hours: ladder, traffic share, terminals, networks",
        tags: ["schools"],
        params: z.strictObject({ id: nameParameter }),
        response: { 200: schoolIpv6Schema, ...failures },
      },
    },
    async (request) => {
      const school = schoolFor(deps.caller(request), request.params.id);
      return ipv6View(await gate.run(() => ipv6.judge(school, lately())), live.clock.now());
    },
  );

  app.get(
    "/api/v1/schools/:id/wifi",
    {
      schema: {
        summary: "Wi-Fi of a school in the last 24 hours: four layers, access points, rooms",
        tags: ["schools"],
        params: z.strictObject({ id: nameParameter }),
        response: { 200: schoolWifiSchema, ...failures },
      },
    },
    async (request) => {
      const school = schoolFor(deps.caller(request), request.params.id);
      return wifiView(await gate.run(() => wifi.judge(school, lately())), live.clock.now());
    },
  );

  app.get(
    "/api/v1/coverage",
    {
      schema: {
        summary: "IPv6 and Wi-Fi of the schools under a region, rolled up; numbers are at most minutes old",
        tags: ["regions"],
        querystring: z.strictObject({ region: nameParameter.describe("a region's path") }),
        response: { 200: coverageSchema, ...failures },
      },
    },
    async (request) => {
      const caller = deps.caller(request);
      const { region } = request.query;
      const inventory = live.inventory();
      if (!inventory.regions.has(region) || !maySee(caller, region)) throw notFound();
      const schools = visibleSchools(inventory, caller, region);
      const judged = await gate.run(() => board.of(schools));
      const age = live.clock.monotonic() - judged.taken;
      const links = schools.reduce((sum, school) => sum + uplinksOf(inventory, school).length, 0);
      const all = { schools: schools.length, links };
      return coverageView(region, all, judged.schools, live.clock.now() - Math.round(age));
    },
  );

  function schoolFor(caller: Caller, id: string): School {
    const school = visibleSchool(live.inventory(), caller, id);
    if (!school) throw notFound();
    return school;
  }
}
