import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type AuditOptions,
  auditSite,
  type SiteAudit,
  type SiteCheckName,
} from "../../collectors/probe/sites/audit.ts";
import { DnsServer, type Records } from "./dns-server.ts";

export type Family = "ipv4" | "ipv6";
export type Handler = (request: IncomingMessage, response: ServerResponse, family: Family) => void;

/** A site on loopback, the same port of 127.0.0.1 and ::1, and the DNS that names it. */
export class SiteFixture {
  readonly dns: DnsServer;
  readonly hits: { readonly family: Family; readonly host: string; readonly path: string }[] = [];
  readonly #servers: Server[] = [];
  port = 0;
  handler: Handler = () => {};

  constructor(records: Readonly<Record<string, Records>>) {
    this.dns = new DnsServer(records);
  }

  async open(families: readonly Family[] = ["ipv4", "ipv6"]): Promise<void> {
    await this.dns.listen("127.0.0.1", "::1");
    for (const family of families) {
      const server = createServer((request, response) => {
        const host = (request.headers.host ?? "").replace(/:\d+$/, "");
        this.hits.push({ family, host, path: request.url ?? "" });
        this.handler(request, response, family);
      });
      const address = family === "ipv6" ? "::1" : "127.0.0.1";
      await new Promise<void>((done) => server.listen(this.port, address, done));
      this.port = (server.address() as { port: number }).port;
      this.#servers.push(server);
    }
  }

  async audit(host = "school.test", more: Partial<AuditOptions> = {}): Promise<SiteAudit> {
    return auditSite(
      `http://${host}:${this.port}/`,
      {
        clock: { now: () => Date.now(), monotonic: () => performance.now() },
        dnsServer: `127.0.0.1:${this.dns.port}`,
        authorityPort: this.dns.port,
        allow: ["127.0.0.1/32", "::1/128"],
        limits: { tries: 5 },
        timeoutMs: 1500,
        paceMs: 0,
        ...more,
      },
      new AbortController().signal,
    );
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    await this.dns.close();
  }
}

/** `home-page=no` ...: the checks that are not met, and those that cannot be judged as `?`. */
export function faults(audit: SiteAudit): string[] {
  return audit.checks
    .filter(({ met }) => met !== true)
    .map(({ check, met }) => `${check}${met === null ? "=?" : ""}`);
}

export function check(audit: SiteAudit, name: SiteCheckName): SiteAudit["checks"][number] {
  return audit.checks.find((one) => one.check === name)!;
}

export function page(title: string, links: readonly string[], more = ""): string {
  const anchors = links.map((link) => `<a href="${link}">${link}</a>`).join("\n");
  return `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>
    <p>青禾县第一中学的网站，介绍学校的概况、新闻、招生和联系方式。${title}</p>${anchors}${more}
    <script>var hidden = ${Math.random()};</script>`;
}

export function html(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(body);
}
