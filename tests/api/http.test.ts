import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorSchema } from "../../src/api/schemas/campus.ts";
import { createServer } from "../../src/api/server.ts";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { Secret } from "../../src/settings/secret.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { DOCUMENT, FakeCampus, makeWell, type RunningServer, serve } from "./campus.ts";

const folder = mkdtempSync(join(tmpdir(), "console-"));
const dist = join(folder, "dist");
const CANARY = "canary-c0ffee-community";
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(join(dist, "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), CANARY);
  writeFileSync(join(dist, ".env"), CANARY);
  writeFileSync(join(dist, "index.html"), "<!doctype html><title>console</title>");
  writeFileSync(join(dist, "assets", "app-1a2b.js"), "export const x = 1;");
  const campus = new FakeCampus(DOCUMENT);
  makeWell(campus, "s1");
  server = await serve(campus, { consoleFolder: dist });
});
afterAll(async () => {
  await server.server.close();
  rmSync(folder, { recursive: true });
});

/** A request whose path goes out as it is written. */
function raw(path: string, accept = "text/html"): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers: { accept } }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode!, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("the console's files", () => {
  it("are served, with a policy that lets in nothing inline and nothing foreign", async () => {
    for (const path of ["/", "/index.html", "/school/s1", "/device/sw.1", "/region/sc/gy/jg?range=24h"]) {
      const answer = await server.get(path, { accept: "text/html" });
      expect(answer.status, path).toBe(200);
      expect(answer.text).toContain("<title>console</title>");
      const policy = answer.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|http:/);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
    }
    const asset = await server.get("/assets/app-1a2b.js");
    expect(asset.status).toBe(200);
    expect(asset.headers.get("content-type")).toContain("javascript");
    expect(asset.headers.get("cache-control")).toContain("immutable");
  });

  it("that are missing are missing, and the API is not the console", async () => {
    for (const path of ["/assets/gone.js", "/api/v1/none", "/api", "/metrics/none"]) {
      const answer = await server.get(path, { accept: "text/html" });
      expect(answer.status, path).toBe(404);
      errorSchema.parse(answer.json);
    }
    expect((await server.get("/favicon.ico", { accept: "image/*" })).status).toBe(404);
  });

  it.each([
    "/../secret.txt",
    "/../../../../../../etc/passwd",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%2f..%2f..%2fsecret.txt",
    "/..%5csecret.txt",
    "/assets/....//....//secret.txt",
    "//etc/passwd",
    "/%00/../secret.txt",
    "/.env",
    "/%2eenv",
  ])("do not lead out of the folder: %s", async (path) => {
    for (const accept of ["text/html", "*/*"]) {
      const { status, text } = await raw(path, accept);
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain("root:");
      expect(status === 200 ? text.includes("<title>console</title>") : status >= 400).toBe(true);
    }
  });

  it("are replaced by a page that says what to do when the console is not built", async () => {
    const other = await serve(new FakeCampus(DOCUMENT));
    try {
      const answer = await other.get("/school/s1", { accept: "text/html" });
      expect(answer.status).toBe(503);
      expect(answer.headers.get("content-type")).toContain("text/html");
      expect(answer.text).toContain("npm run build:console");
      expect(answer.text).toContain("控制台尚未构建");
    } finally {
      await other.server.close();
    }
  });
});

describe("the server", () => {
  const deps = () => ({
    live: new FakeCampus(DOCUMENT),
    telemetry: createTelemetry(createLog({ level: "silent", monotonic: () => 0 })),
    version: "0",
    consoleFolder: dist,
  });

  it("says that a port is taken, and listens on another one after that", async () => {
    const taken = createTcpServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const one = createServer(deps());
    try {
      const error = await one.listen("127.0.0.1", port).catch((reason: unknown) => reason);
      expect(isCampusError(error, "E_PORT_TAKEN")).toBe(true);
      expect((error as Error).message).toContain(String(port));
      const address = await one.listen("127.0.0.1", 0);
      expect((await fetch(`${address.url}/api/v1/health`)).status).toBe(200);
    } finally {
      await one.close();
      await new Promise((resolve) => taken.close(resolve));
    }
  });

  it("says that an address is not this machine's", async () => {
    const one = createServer(deps());
    const error = await one.listen("192.0.2.1", 0).catch((reason: unknown) => reason);
    expect(isCampusError(error, "E_SETTINGS")).toBe(true);
    await one.close();
  });

  it("listens on IPv6, and closes twice without harm", async () => {
    const one = createServer(deps());
    const { url } = await one.listen("::1", 0);
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${url}/api/v1/health`)).status).toBe(200);
    await one.close();
    await one.close();
  });

  it("answers what is not HTTP in its own shape, and lives", async () => {
    const { hostname, port } = new URL(server.url);
    for (const bytes of [
      "\x00\x01\x02\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
    ]) {
      const text = await new Promise<string>((resolve) => {
        let got = "";
        const socket = connect(Number(port), hostname, () => socket.write(bytes));
        socket.on("data", (chunk) => (got += chunk.toString()));
        socket.on("error", () => {});
        socket.on("close", () => resolve(got));
      });
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      errorSchema.parse(JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4)));
    }
    expect((await server.get("/api/v1/health")).status).toBe(200);
  });

  it("W11: shows no secret in any answer or log line", async () => {
    const campus = new FakeCampus(DOCUMENT);
    makeWell(campus, "s1");
    // What a careless part might put where the API reads.
    campus.set("s1-acc", "down", `no answer to community ${CANARY}`);
    campus.store.healthy = false;
    campus.store.stats = () => ({
      kind: "fake",
      series: 0,
      written: 0,
      dropped: 0,
      bytes: 0,
      spooled: 0,
      healthy: false,
      reason: `http://u:${CANARY}@db`,
    });
    campus.store.answer = async () => {
      throw Object.assign(new Error("away"), { password: new Secret(CANARY), token: CANARY });
    };
    const other = await serve(campus);
    try {
      for (const path of [
        "/api/v1/health",
        "/api/v1/county?path=sc",
        "/api/v1/schools/s1",
        "/api/v1/devices?limit=500",
        "/api/v1/devices/s1-acc",
        "/api/v1/rooms?path=s1",
        "/api/v1/series?quantity=device.cpu",
        `/api/v1/search?q=community`,
        "/metrics",
      ])
        expect((await other.get(path)).text, path).not.toContain(CANARY);
      expect(other.logged.length).toBeGreaterThan(0);
      expect(other.logged.join("")).not.toContain(CANARY);
    } finally {
      await other.server.close();
    }
  });
});
