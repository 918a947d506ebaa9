import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SiteAuditPageView, SiteAuditsView } from "../../src/api/schemas/site-audits.ts";
import { html, page, SiteFixture } from "../sites/fixture.ts";
import { getJson, until } from "../support/process.ts";
import { Site } from "../support/site.ts";

/** A site of the settings is audited when campusd starts, kept over a restart, and answered to who may see it. */
describe("audits on a schedule", () => {
  const campus = new Site({ baseOctet: 49, boards: false });
  const web = new SiteFixture({ "school.test": { a: ["127.0.0.1"], aaaa: ["::1"] } });
  const path = campus.simulation.world.region;
  let address = "";
  const ask = () => getJson<SiteAuditsView>(`${campus.url}/api/v1/site-audits?region=${path}`);

  beforeAll(async () => {
    web.handler = (_request, response) => html(response, page("首页", []));
    await web.open();
    address = `http://school.test:${web.port}/`;
    await campus.prepare();
    campus.writeSettings({
      audits: {
        sites: [
          { domain: address, owner: `${path}/no1` },
          { domain: "elsewhere.test", owner: "zhejiang" },
        ],
        tries: 2,
        dns: `127.0.0.1:${web.dns.port}`,
        allow: ["127.0.0.0/8", "::1/128"],
      },
    });
    await campus.serve();
  }, 60_000);
  afterAll(async () => {
    await campus.remove();
    await web.close();
  });

  it("answers the sites of a region, audited, and nothing of another's", async () => {
    const { sites } = await until(ask, (answer) => answer.sites[0]?.audit !== null, 30_000);
    expect(sites).toHaveLength(1);
    expect(sites[0]).toMatchObject({ domain: address, owner: `${path}/no1`, audit: { verdict: "ready" } });
    const all = await getJson<SiteAuditsView>(`${campus.url}/api/v1/site-audits`);
    expect(all.sites.map(({ domain }) => domain).sort()).toEqual(["elsewhere.test", address].sort());
    const one = await getJson<SiteAuditPageView>(
      `${campus.url}/api/v1/site-audits/one?domain=${encodeURIComponent(address)}`,
    );
    expect(one.history).toEqual([[one.audit!.at, "ready"]]);
    expect((await fetch(`${campus.url}/api/v1/site-audits/one?domain=other.test`)).status).toBe(404);
  }, 60_000);

  it("keeps it over a restart, and asks again only when it is due", async () => {
    const [before] = (await ask()).sites;
    expect(await campus.stop()).toBe(0);
    const hits = web.hits.length;
    await campus.serve();
    const [after] = (await ask()).sites;
    expect(after).toEqual(before);
    expect(web.hits.length).toBe(hits);
  }, 60_000);
});
