import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { AddressGuard } from "../../collectors/probe/sites/address-guard.ts";
import { auditSite, type SiteAudit } from "../../collectors/probe/sites/audit.ts";
import { likeness, readPage } from "../../collectors/probe/sites/page.ts";
import { siteUrl } from "../../collectors/probe/sites/site-url.ts";
import { campusd } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { check, html, page, SiteFixture } from "./fixture.ts";

const RECORDS = {
  "school.test": { a: ["127.0.0.1"], aaaa: ["::1"], ns: ["ns.school.test"], soa: true },
  "ns.school.test": { aaaa: ["::1"] },
};

describe("campusd audit site", () => {
  let site: SiteFixture | undefined;
  afterEach(async () => {
    await site?.close();
    site = undefined;
  });

  async function run(...args: string[]): Promise<[number, string]> {
    const running = campusd(["audit", "site", ...args]);
    return [await running.exited, running.output()];
  }

  it("prints what it found for people and as JSON, and its exit code says whether all are ready", async () => {
    site = new SiteFixture(RECORDS);
    site.handler = (_request, response) => html(response, page("首页\u001b[31m", []));
    await site.open();
    const address = `http://school.test:${site.port}/`;
    const options = [
      "--dns",
      `127.0.0.1:${site.dns.port}`,
      "--tries",
      "2",
      "--allow",
      "127.0.0.1/32",
      "--allow",
      "::1/128",
    ];
    const [code, text] = await run(address, ...options);
    // Its name server is at port 53 of loopback, where nobody is: that alone is missing.
    expect(text).toContain("partly ready for IPv6");
    expect(text).toMatch(/NO +delegation +0 % \(at least 100 %\) +ns\.school\.test: silent over IPv6/);
    expect(text).toMatch(/yes +home-page/);
    expect(code).toBe(1);
    const [, json] = await run(address, "--json", ...options);
    const audit = JSON.parse(json) as SiteAudit;
    expect(check(audit, "success-rate")).toMatchObject({ met: true, value: 1 });
    expect(audit.latency.ipv6.firstByte).toBeGreaterThan(0);
    // Without a word of the operator loopback is nothing to connect to.
    const [, refused] = await run(address, "--json", ...options.slice(0, 4));
    expect(check(JSON.parse(refused) as SiteAudit, "home-page")).toMatchObject({
      met: false,
      detail: "refused-address ::1",
    });
  }, 60_000);

  it.each([
    [["not a site"], "is no site"],
    [["http://user:secret@school.test/"], "is no site"],
    [["127.0.0.1"], "is no site"],
    [["school.test", "--dns", "resolver.test"], "is no DNS server"],
    [["school.test", "--allow", "10.0.0.0"], "is no prefix"],
    [["school.test", "--nat64", "64:ff9b::/64"], "is no NAT64 prefix"],
    [["school.test", "--tries", "0"], "--tries takes a whole number"],
  ])("refuses %j before it asks anybody", async (args, message) => {
    const [code, output] = await run(...args);
    expect(output).toContain(message);
    expect(code).toBe(2);
  });
});

describeWith(["openssl"], "a site over https", () => {
  const folder = mkdtempSync(join(tmpdir(), "campusd-tls-"));
  const file = (name: string) => join(folder, name);
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=school.test",
    ].concat([
      "-addext",
      "subjectAltName=DNS:school.test",
      "-keyout",
      file("key.pem"),
      "-out",
      file("cert.pem"),
    ]),
    { stdio: "ignore" },
  );
  const [key, cert] = [readFileSync(file("key.pem")), readFileSync(file("cert.pem"), "utf8")];

  it("is read with a certificate that is trusted for its name, and refused otherwise", async () => {
    const site = new SiteFixture(RECORDS);
    await site.dns.listen("127.0.0.1", "::1");
    const servers = ["::1", "127.0.0.1"].map((host) => ({
      host,
      server: createServer({ key, cert }, (_, response) => html(response, page("首页", []))),
    }));
    let port = 0;
    for (const { host, server } of servers) {
      await new Promise<void>((done) => server.listen(port, host, done));
      port = (server.address() as { port: number }).port;
    }
    const audit = (ca?: string) =>
      auditSite(
        `https://school.test:${port}/`,
        {
          clock: { now: () => Date.now(), monotonic: () => performance.now() },
          dnsServer: `127.0.0.1:${site.dns.port}`,
          authorityPort: site.dns.port,
          allow: ["127.0.0.1/32", "::1/128"],
          limits: { tries: 2 },
          paceMs: 0,
          timeoutMs: 2000,
          ...(ca === undefined ? {} : { ca }),
        },
        new AbortController().signal,
      );
    expect((await audit(cert)).verdict).toBe("ready");
    expect(check(await audit(), "home-page").detail).toMatch(/^tls DEPTH_ZERO_SELF_SIGNED_CERT/);
    for (const { server } of servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    await site.close();
    rmSync(folder, { recursive: true });
  }, 30_000);
});

describe("what may be connected to", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "192.0.2.1",
    "198.18.0.1",
    "localhost",
    "",
    "1",
    "2130706433",
    "0x7f.1",
  ])("W5: %s is refused", (address) => {
    expect(new AddressGuard().allows(address)).toBe(false);
  });

  it.each(["8.8.8.8", "114.114.114.114", "2400:3200::1", "2001:da8::666"])("%s is allowed", (address) => {
    expect(new AddressGuard().allows(address)).toBe(true);
  });

  it("an address behind a NAT64 is judged by what it carries", () => {
    const guard = new AddressGuard(["10.20.0.0/16"], "2001:db8:64::/96");
    expect(guard.synthesize("8.8.8.8")).toBe("2001:db8:64::808:808");
    expect(guard.allows(guard.synthesize("8.8.8.8")!)).toBe(true);
    expect(guard.allows(guard.synthesize("10.20.1.1")!)).toBe(true);
    expect(guard.allows(guard.synthesize("127.0.0.1")!)).toBe(false);
  });
});

describe("reading pages", () => {
  it("never throws, and finds only absolute web addresses", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
        const read = readPage(`<a href="${text}">x</a>${text}`, "http://school.test/");
        for (const link of [...read.links, ...read.origins]) expect(link).toMatch(/^https?:\/\//);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves scripts and styles out of the text, and follows the base of links", () => {
    const read = readPage(
      `<base href="http://a.test/x/"><style>.a{}</style><p>你好 <b>World</b></p><script>1</script><a href="y#z">l</a><img src="//cdn.test:81/p">`,
      "http://school.test/",
    );
    expect(read).toEqual({
      text: "你好 World l",
      links: ["http://a.test/x/y"],
      origins: ["http://cdn.test:81"],
    });
  });

  it("likeness is 1 for the same, 0 for nothing in common, and the same both ways", () => {
    expect(likeness("青禾县第一中学", "青禾县第一中学")).toBe(1);
    expect(likeness("abc", "xyz")).toBe(0);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const value = likeness(a, b);
        expect(value).toBe(likeness(b, a));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("sites are names and web addresses, never bare addresses or credentials", () => {
    expect(siteUrl("school.edu.cn").href).toBe("https://school.edu.cn/");
    expect(siteUrl("学校.中国").hostname).toBe("xn--48s290a.xn--fiqs8s");
    expect(siteUrl("http://school.edu.cn:8080/a#b").href).toBe("http://school.edu.cn:8080/a");
    for (const wrong of [
      "localhost",
      "1.2.3.4",
      "[::1]",
      "file:///etc/passwd",
      "a b.cn",
      "https://u@x.cn",
      "",
    ])
      expect(() => siteUrl(wrong), wrong).toThrow(/is no site/);
  });
});
