import { afterEach, describe, expect, it } from "vitest";
import { check, type Family, faults, type Handler, html, page, SiteFixture } from "./fixture.ts";

const NEWS = Array.from({ length: 4 }, (_, i) => `/news/${i}`);

/** A site as it should be: a home page, four pages behind it, one more behind each of those. */
const good: Handler = (request, response) => {
  const path = request.url!;
  if (path === "/") html(response, page("首页", NEWS, '<img src="/logo.png">'));
  else if (/^\/news\/\d$/.test(path)) html(response, page(`新闻 ${path}`, [`${path}/more`, "/"]));
  else html(response, page(path, []));
};

const RECORDS = {
  "school.test": { a: ["127.0.0.1"], aaaa: ["::1"], ns: ["ns1.school.test", "ns2.school.test"], soa: true },
  "ns1.school.test": { aaaa: ["::1"] },
  "ns2.school.test": { aaaa: ["::1"] },
};

describe("the audit of a site, one defect each", () => {
  let site: SiteFixture;
  afterEach(() => site.close());

  async function open(
    records: ConstructorParameters<typeof SiteFixture>[0] = {},
    handler: Handler = good,
    families?: readonly Family[],
  ): Promise<void> {
    site = new SiteFixture({ ...RECORDS, ...records });
    site.handler = handler;
    await site.open(families);
  }

  it("finds nothing wrong with a good site, and tells latencies of both families", async () => {
    await open();
    const audit = await site.audit();
    expect(faults(audit)).toEqual([]);
    expect(audit.verdict).toBe("ready");
    expect(check(audit, "success-rate")).toMatchObject({ value: 1, limit: 0.95 });
    expect(check(audit, "second-level")).toMatchObject({ value: 1, limit: 0.85 });
    expect(check(audit, "third-level")).toMatchObject({ value: 1 });
    for (const family of ["ipv4", "ipv6"] as const)
      for (const part of ["dns", "tcp", "firstByte"] as const)
        expect(audit.latency[family][part], `${family} ${part}`).toBeGreaterThan(0);
  });

  it("asks for each page over the family it wants, and never the other", async () => {
    await open({}, (request, response, family) =>
      family === "ipv6" && request.url !== "/" ? request.socket.destroy() : good(request, response, family),
    );
    const audit = await site.audit();
    // Over IPv4 every link would have answered: a fallback would have hidden the defect.
    expect(faults(audit)).toEqual(["second-level", "third-level=?"]);
    expect(site.hits.filter(({ family, path }) => family === "ipv4" && path !== "/")).toEqual([]);
  });

  it("no AAAA", async () => {
    await open({ "school.test": { ...RECORDS["school.test"], aaaa: [] } });
    const audit = await site.audit();
    expect(audit.verdict).toBe("not-ready");
    expect(check(audit, "aaaa")).toMatchObject({ met: false, value: 0 });
    expect(check(audit, "home-page")).toMatchObject({ met: false, detail: "no-address" });
    expect(check(audit, "success-rate")).toMatchObject({ met: false, value: 0 });
    expect(check(audit, "second-level").met).toBeNull();
    expect(site.hits.every(({ family }) => family === "ipv4")).toBe(true);
  });

  it("an AAAA where nothing listens", async () => {
    await open({}, good, ["ipv4"]);
    const audit = await site.audit();
    expect(audit.verdict).toBe("not-ready");
    expect(check(audit, "aaaa").met).toBe(true);
    expect(check(audit, "home-page")).toMatchObject({ met: false, detail: "connect ECONNREFUSED" });
  });

  it("a home page that is an error over IPv6 alone", async () => {
    await open({}, (request, response, family) =>
      family === "ipv6" ? html(response, "down", 503) : good(request, response, family),
    );
    const audit = await site.audit();
    expect(audit.verdict).toBe("not-ready");
    expect(check(audit, "home-page").detail).toBe("status 503");
  });

  it("a home page that fails now and then", async () => {
    let tries = 0;
    await open({}, (request, response, family) =>
      family === "ipv6" && request.url === "/" && ++tries % 4 === 0
        ? request.socket.destroy()
        : good(request, response, family),
    );
    const audit = await site.audit("school.test", { limits: { tries: 20 } });
    expect(faults(audit)).toEqual(["success-rate"]);
    expect(check(audit, "success-rate").value).toBe(0.75);
    expect(audit.verdict).toBe("partly");
  });

  it.each([
    ["has no AAAA", { "ns2.school.test": { a: ["127.0.0.1"] } }, "ns2.school.test: no AAAA"],
    ["is silent over IPv6", { "ns2.school.test": { aaaa: ["::2"] } }, "ns2.school.test: silent over IPv6"],
  ])("a name server that %s", async (_, records, detail) => {
    await open(records);
    const audit = await site.audit();
    expect(faults(audit)).toEqual(["delegation"]);
    expect(check(audit, "delegation")).toMatchObject({ value: 0.5, limit: 1, detail });
  });

  it("another page over IPv6 than over IPv4", async () => {
    await open({}, (request, response, family) =>
      family === "ipv6" && request.url === "/"
        ? html(
            response,
            `${"<p>Welcome to nginx! If you see this page, the web server works.</p>".repeat(8)}${NEWS.map((link) => `<a href="${link}"></a>`).join("")}`,
          )
        : good(request, response, family),
    );
    const audit = await site.audit();
    expect(faults(audit)).toEqual(["same-content"]);
    expect(check(audit, "same-content").value).toBeLessThan(0.3);
  });

  it("links that have no IPv6", async () => {
    const links = [...NEWS, ...[1, 2, 3, 4].map((i) => `http://old${i}.school.test/`)];
    await open(
      Object.fromEntries([1, 2, 3, 4].map((i) => [`old${i}.school.test`, { a: ["127.0.0.1"] }])),
      (request, response, family) =>
        request.url === "/" ? html(response, page("首页", links)) : good(request, response, family),
    );
    const audit = await site.audit();
    expect(faults(audit)).toEqual(["second-level"]);
    expect(check(audit, "second-level")).toMatchObject({ value: 0.5 });
    expect(check(audit, "second-level").detail).toContain("http://old1.school.test/: no-address");
  });

  it("pages behind the links that do not answer over IPv6", async () => {
    await open({}, (request, response, family) =>
      /more$/.test(request.url!) ? html(response, "gone", 404) : good(request, response, family),
    );
    const audit = await site.audit();
    expect(faults(audit)).toEqual(["third-level"]);
    expect(check(audit, "third-level")).toMatchObject({ value: 0 });
  });

  it("an IPv6 that is slower than IPv4", async () => {
    await open({}, (request, response, family) => {
      if (family === "ipv6") setTimeout(() => good(request, response, family), 120);
      else setTimeout(() => good(request, response, family), 40);
    });
    const audit = await site.audit();
    expect(faults(audit)).toEqual(["degradation"]);
    expect(check(audit, "degradation").value).toBeGreaterThan(0.5);
  });

  it("a picture that a network with IPv6 alone cannot load, and NAT64 that helps with one and not the other", async () => {
    const more = `<img src="http://cdn.test:80/a.png"><script src="http://127.0.0.1/b.js"></script>`;
    await open({ "cdn.test": { a: ["127.0.0.1"] } }, (request, response, family) =>
      request.url === "/" ? html(response, page("首页", NEWS, more)) : good(request, response, family),
    );
    const audit = await site.audit();
    expect(faults(audit)).toEqual(["single-stack"]);
    expect(check(audit, "single-stack").detail).toContain("http://cdn.test: no AAAA");
    expect(check(audit, "single-stack").detail).toContain("http://127.0.0.1: an IPv4 address in the page");
  });

  it("a picture that only NAT64 makes reachable, and one that it does not", async () => {
    await open({ "cdn.test": { a: ["127.0.0.1"] }, "dead.test": { a: ["127.0.0.3"] } });
    const pictures =
      (...origins: string[]): Handler =>
      (request, response, family) =>
        request.url === "/"
          ? html(
              response,
              page("首页", NEWS, origins.map((origin) => `<img src="${origin}/a.png">`).join("")),
            )
          : good(request, response, family);
    site.handler = pictures(`http://cdn.test:${site.port}`);
    expect(faults(await site.audit())).toEqual(["single-stack"]);
    // On loopback the kernel itself takes ::ffff:0:0/96 to IPv4, as a NAT64 would.
    const nat64 = "::ffff:0:0/96";
    expect(faults(await site.audit("school.test", { nat64 }))).toEqual([]);
    site.handler = pictures(`http://cdn.test:${site.port}`, `http://dead.test:${site.port}`);
    const allow = ["127.0.0.0/8", "::1/128"];
    const helped = await site.audit("school.test", { nat64, allow });
    expect(check(helped, "single-stack").detail).toMatch(
      /^http:\/\/dead\.test:\d+: no AAAA, and connect ECONNREFUSED/,
    );
  });

  it("a site that answers over neither family is unknown, and DNS that fails is no missing AAAA", async () => {
    await open({}, (request) => request.socket.destroy());
    expect((await site.audit()).verdict).toBe("unknown");
    site.dns.records.set("school.test", { failing: true });
    const audit = await site.audit();
    expect(audit.verdict).toBe("unknown");
    expect(check(audit, "aaaa")).toMatchObject({ met: null, detail: "DNS: ESERVFAIL" });
  });
});

describe("what a hostile site cannot do", () => {
  let site: SiteFixture;
  afterEach(() => site.close());

  it("W5: lead the audit into the controller's own network, by names, links, redirects or ports", async () => {
    site = new SiteFixture({
      ...RECORDS,
      "inner.school.test": { a: ["127.0.0.1"], aaaa: ["::1"] },
      "lan.school.test": { aaaa: ["fd00::1"], a: ["10.0.0.1"] },
      "meta.school.test": {
        aaaa: ["::ffff:169.254.169.254".replace("::ffff:169.254.169.254", "fe80::a9fe:a9fe")],
      },
    });
    const forms = [
      "http://lan.school.test/",
      "http://meta.school.test/",
      "http://inner.school.test:22/",
      "http://inner.school.test:6379/",
      "http://[::]:80/",
      "http://[::ffff:127.0.0.1]/",
      "http://[64:ff9b::7f00:1]/",
      "http://2130706433/",
      "http://0x7f.1/",
      "http://0177.0.0.1/",
      "file:///etc/passwd",
    ];
    const redirects = new Map(forms.map((form, i) => [`/r${i}`, form]));
    site.handler = (request, response) => {
      const to = redirects.get(request.url!);
      if (to) response.writeHead(302, { location: to }).end();
      else html(response, page("首页", [...redirects.keys(), ...forms]));
    };
    await site.open();
    // Only ::1 may be connected to; names that point elsewhere, and every other address, are refused.
    const audit = await site.audit("school.test", { allow: ["::1/128"] });
    const second = check(audit, "second-level");
    expect(second.value).toBe(0);
    for (const reason of ["refused-address fd00::1", "refused-port 22"])
      expect(second.detail).toContain(reason);
    expect(new Set(site.hits.map(({ host }) => host))).toEqual(new Set(["school.test"]));
    expect(new Set(site.hits.map(({ family }) => family))).toEqual(new Set(["ipv6"]));
  });

  it("hold it with endless pages, redirects in a circle, or a body that never ends", async () => {
    site = new SiteFixture(RECORDS);
    let octets = 0;
    site.handler = (request, response) => {
      if (request.url === "/circle") response.writeHead(302, { location: "/circle" }).end();
      else if (request.url === "/slow") response.writeHead(200, { "content-type": "text/html" });
      else if (request.url === "/endless") {
        response.writeHead(200, { "content-type": "text/html" });
        const chunk = Buffer.alloc(65_536, "a");
        const write = (): void => {
          while (!response.destroyed && response.write(chunk)) octets += chunk.length;
        };
        response.on("drain", write);
        write();
      } else html(response, page("首页", ["/circle", "/slow", "/endless"]));
    };
    await site.open();
    const audit = await site.audit("school.test", { timeoutMs: 400, limits: { tries: 2 } });
    expect(check(audit, "second-level").detail).toContain("/circle: too-many-redirects");
    expect(check(audit, "second-level").detail).toContain("/slow: timeout");
    expect(octets).toBeLessThan(8_000_000);
  });

  it("keeps to the time for a whole site", async () => {
    site = new SiteFixture(RECORDS);
    site.handler = (request, response, family) => {
      setTimeout(() => good(request, response, family), 100);
    };
    await site.open();
    const audit = await site.audit("school.test", { mostMs: 600, limits: { tries: 50 } });
    expect(check(audit, "success-rate").met).toBeNull();
    expect(check(audit, "success-rate").detail).toMatch(/of 50 tries in time/);
  });
});
