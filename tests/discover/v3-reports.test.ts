import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/settings/secret.ts";
import { counter32, integer, objectId, octets, tlv } from "../snmp/asn1.ts";
import { discover, user } from "./world.ts";

const ADDRESS = "127.175.1.1";
const ENGINE = Buffer.from("80001f888000000000000001", "hex");
const UNKNOWN_ENGINE = "1.3.6.1.6.3.15.1.1.4.0";

/** Content of the TLV at `at`, and where it ends. */
function content(bytes: Buffer, at: number): { start: number; end: number } {
  const short = bytes[at + 1]!;
  const size = short < 128 ? 0 : short - 128;
  const start = at + 2 + size;
  return { start, end: start + (size === 0 ? short : bytes.readUIntBE(at + 2, size)) };
}

/** An unsigned Report to a message (RFC 3412 section 7.1). */
function report(request: Buffer, oid: string): Buffer {
  const header = content(request, content(request, content(request, 0).start).end);
  const id = content(request, header.start);
  const messageId = request.readIntBE(id.start, id.end - id.start);
  const none = octets("");
  const pdu = tlv(
    0xa8,
    integer(messageId),
    integer(0),
    integer(0),
    tlv(0x30, tlv(0x30, objectId(oid), counter32(1))),
  );
  return tlv(
    0x30,
    integer(3),
    tlv(0x30, integer(messageId), integer(65_507), octets(Buffer.from([0])), integer(3)),
    octets(tlv(0x30, octets(ENGINE), integer(7), integer(1000), none, none, none)),
    tlv(0x30, octets(ENGINE), none, pdu),
  );
}

/** Where the engine id of the security parameters is empty, who asks looks for it. */
function asksForEngine(request: Buffer): boolean {
  const header = content(request, content(request, content(request, 0).start).end);
  const parameters = content(request, content(request, header.end).start);
  const engine = content(request, parameters.start);
  return engine.start === engine.end;
}

describe("an agent that reports", () => {
  let socket: Socket;
  let port: number;
  /** What it says to a user; undefined: nothing. */
  let answer: string | undefined;

  beforeAll(async () => {
    socket = createSocket("udp4");
    socket.bind(0, ADDRESS);
    await once(socket, "listening");
    port = socket.address().port;
    socket.on("message", (bytes, from) => {
      if (bytes.length < 20 || bytes.includes("public")) return;
      const oid = asksForEngine(bytes) ? UNKNOWN_ENGINE : answer;
      if (oid !== undefined) socket.send(report(bytes, oid), from.port, from.address);
    });
  });
  afterAll(() => new Promise<void>((resolve) => socket.close(() => resolve())));

  it.each([
    ["1.3.6.1.6.3.15.1.1.1.0", "unsupported-privacy", /security level/],
    ["1.3.6.1.6.3.15.1.1.2.0", "clock", /time window/],
    ["1.3.6.1.6.3.15.1.1.3.0", "wrong-user", /knows no SNMPv3 user/],
    ["1.3.6.1.6.3.15.1.1.5.0", "wrong-digest", /signature/],
    ["1.3.6.1.6.3.15.1.1.6.0", "unsupported-privacy", /decrypt/],
    ["1.3.6.1.6.3.12.1.5.0", "v3-refused", /context/],
    [undefined, "v3-refused", /does not answer user/],
  ] as const)("%s is %s", async (oid, outcome, words) => {
    answer = oid;
    const secret = new Secret("long enough a secret");
    const found = await discover({
      prefixes: [ADDRESS],
      port,
      timeoutMs: 150,
      credentials: [
        user("v3", {
          user: "reader",
          auth: { protocol: "sha256", password: secret },
          priv: { protocol: "aes128", password: secret },
        }),
      ],
    });
    expect(found.addresses).toHaveLength(1);
    expect(found.addresses[0]).toMatchObject({ outcome, detail: expect.stringMatching(words) });
    expect(found.addresses[0]!.detail).not.toMatch(/long enough/);
  });
});
