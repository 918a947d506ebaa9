import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DOCUMENT, FakeCampus, makeWell, type RunningServer, serve } from "./campus.ts";

let server: RunningServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  const campus = new FakeCampus(DOCUMENT);
  makeWell(campus, "s1");
  server = await serve(campus);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => server.server.close());

interface Raw {
  readonly socket: Socket;
  /** What came so far. */
  text(): string;
  readonly closed: Promise<void>;
}

async function open(): Promise<Raw> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  await once(socket, "connect");
  return { socket, text: () => text, closed };
}

/** Sends the octets and answers all that came until the server closed. */
async function answerTo(bytes: string | Buffer): Promise<string> {
  const raw = await open();
  raw.socket.write(bytes);
  await raw.closed;
  return raw.text();
}

const HEAD = "Host: 127.0.0.1\r\n";
const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

describe("W13: HTTP abuse", () => {
  it("500 clients that send their headers a letter at a time are sent away, and others are served meanwhile", {
    timeout: 90_000,
  }, async () => {
    const slow = await Promise.all(Array.from({ length: 500 }, open));
    for (const { socket } of slow) socket.write(`GET /api/v1/health HTTP/1.1\r\n${HEAD}`);
    let open_ = slow.length;
    for (const { closed } of slow) void closed.then(() => open_--);
    let served = 0;
    while (open_ > 0) {
      for (const { socket } of slow) if (socket.writable) socket.write("x");
      expect((await server.get("/api/v1/health")).status).toBe(200);
      served++;
      await delay(500);
    }
    expect(served).toBeGreaterThan(1);
    for (const { text } of slow) expect(text()).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  });

  it("a body of 1 GB is not waited for", async () => {
    const { socket, text, closed } = await open();
    socket.write(
      `POST /api/v1/health HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n`,
    );
    const chunk = Buffer.alloc(64 * 1024, "a");
    let sent = 0;
    let over = false;
    void closed.then(() => {
      over = true;
    });
    while (!over && sent < 1e9) {
      sent += chunk.length;
      if (!socket.write(chunk)) await Promise.race([once(socket, "drain").catch(() => {}), closed]);
    }
    await closed;
    expect(statuses(text())[0]).toBeGreaterThanOrEqual(400);
    // The kernel's own buffers take a few megabytes more than the server reads.
    expect(sent).toBeLessThan(100e6);
  });

  it("a body without an end is cut off", async () => {
    const { socket, text, closed } = await open();
    socket.write(
      `POST /api/v1/health HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${"a".repeat(0x10000)}\r\n`;
    let over = false;
    void closed.then(() => {
      over = true;
    });
    for (let i = 0; i < 16_000 && !over; i++)
      if (!socket.write(chunk)) await Promise.race([once(socket, "drain").catch(() => {}), closed]);
    await closed;
    expect(statuses(text())[0]).toBeGreaterThanOrEqual(400);
  });

  it("100,000 octets of headers and 10,000 headers are refused", async () => {
    for (const headers of [`x: ${"y".repeat(100_000)}\r\n`, "a: b\r\n".repeat(10_000)]) {
      const text = await answerTo(`GET /api/v1/health HTTP/1.1\r\n${HEAD}${headers}\r\n`);
      expect(statuses(text)).toEqual([400]);
    }
  });

  it("a compressed body is not unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const before = process.memoryUsage().rss;
    const text = await answerTo(
      Buffer.concat([
        Buffer.from(
          `POST /api/v1/health HTTP/1.1\r\n${HEAD}Connection: close\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`,
        ),
        bomb,
      ]),
    );
    expect(statuses(text)[0]).toBeGreaterThanOrEqual(400);
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);
  });

  it.each([
    ["both lengths", "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n"],
    ["two lengths", "Content-Length: 0\r\nContent-Length: 44\r\n"],
    ["a list of lengths", "Content-Length: 0, 44\r\n"],
    ["a signed length", "Content-Length: +44\r\n"],
    ["chunked not last", "Transfer-Encoding: chunked, identity\r\n"],
    ["an odd coding", "Transfer-Encoding: xchunked\r\n"],
    ["a folded header", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 44\r\n"],
    ["a blank before the colon", "Content-Length : 44\r\n"],
    ["a bare line feed", "X: y\nContent-Length: 44\r\n"],
    ["a chunk with a bad size", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ])("no second request hides in a first one: %s", async (_, header) => {
    const hidden = `GET /api/v1/quantities HTTP/1.1\r\n${HEAD}\r\n`;
    const text = await answerTo(`POST /api/v1/health HTTP/1.1\r\n${HEAD}${header}\r\n0\r\n\r\n${hidden}`);
    expect(statuses(text)).toEqual([400]);
    expect(text).not.toContain("quantities");
  });

  it("requests one behind another are answered one by one, in order", async () => {
    const one = (path: string, more = "") => `GET ${path} HTTP/1.1\r\n${HEAD}${more}\r\n`;
    const text = await answerTo(
      one("/api/v1/health") + one("/api/v1/none") + one("/api/v1/health", "Connection: close\r\n"),
    );
    expect(statuses(text)).toEqual([200, 404, 200]);
  });
});
