import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { isOwnName } from "../../src/api/host-names.ts";
import { DOCUMENT, FakeCampus, serve } from "./campus.ts";

function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/api/v1/health`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

describe("the Host header", () => {
  it.each([
    "127.0.0.1",
    "127.0.0.1:8080",
    "localhost:80",
    "LOCALHOST",
    "[::1]:8080",
    "campus.example.edu",
    "campus.example.edu:443",
  ])("%s is a name of this server", (host) => expect(isOwnName(host, ["campus.example.edu"])).toBe(true));

  it.each([
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "127.1",
    "2130706433",
    "10.0.0.1",
    "[::1",
    "a:b:c",
    "localhost@evil",
    "",
  ])("'%s' is none", (host) => expect(isOwnName(host, ["campus.example.edu"])).toBe(false));

  it("turns a rebound name away on every path", async () => {
    const server = await serve(new FakeCampus(DOCUMENT));
    try {
      expect(await statusFor(server.url, "127.0.0.1")).toBe(200);
      expect(await statusFor(server.url, "rebound.example")).toBe(400);
    } finally {
      await server.server.close();
    }
  });
});
