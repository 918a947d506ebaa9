import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { CampusError } from "../../../src/errors/campus-error.ts";

export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

/** Asked of the system, which gives less where its limit is lower (net.core.rmem_max). */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

/** The UDP sockets that notifications arrive at: one an address. */
export class TrapSockets {
  readonly #sockets: { readonly socket: Socket; readonly family: 4 | 6; readonly bound: BoundAddress }[] = [];
  readonly #take: (bytes: Uint8Array, address: string, port: number) => void;

  constructor(take: (bytes: Uint8Array, address: string, port: number) => void) {
    this.#take = take;
  }

  get bound(): readonly BoundAddress[] {
    return this.#sockets.map(({ bound }) => bound);
  }

  /**
   * Binds every address at `port` (0: a free one each). Of several addresses those of a family that this machine
   * does not have are left out; with none left it throws. E_PORT_TAKEN, E_SETTINGS.
   */
  async open(addresses: readonly string[], port: number): Promise<void> {
    try {
      for (const address of addresses) {
        try {
          await this.#bind(address, port);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === "EAFNOSUPPORT" || (code === "EADDRNOTAVAIL" && addresses.length > 1)) continue;
          throw bindError(code, address, port, error);
        }
      }
      if (this.#sockets.length === 0) throw bindError("EADDRNOTAVAIL", addresses.join(", "), port, undefined);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Sends from the socket of the address's family. */
  send(bytes: Uint8Array, address: string, port: number): void {
    const family = isIPv6(address) ? 6 : 4;
    const entry = this.#sockets.find((one) => one.family === family);
    // What the system cannot send is lost, as any datagram may be.
    entry?.socket.send(bytes, port, address, () => {});
  }

  /** Datagrams that the system dropped because its buffer was full; -1 where it does not tell (not Linux). */
  lost(): number {
    let lost = 0;
    for (const { family, bound } of this.#sockets) {
      const own = lostAt(family, bound);
      if (own < 0) return -1;
      lost += own;
    }
    return lost;
  }

  async close(): Promise<void> {
    const sockets = this.#sockets.splice(0);
    await Promise.all(sockets.map(({ socket }) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #bind(address: string, port: number): Promise<void> {
    const family = isIPv6(address) ? 6 : 4;
    const socket = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      ipv6Only: family === 6,
      recvBufferSize: RECEIVE_BUFFER_OCTETS,
      lookup: (name, _options, done) => done(null, name, family),
    });
    return new Promise((resolve, reject) => {
      socket.once("error", (error) => {
        socket.close();
        reject(error);
      });
      socket.bind(port, address, () => {
        socket.removeAllListeners("error");
        // After binding an error is about one datagram (an answer to a port that is closed).
        socket.on("error", () => {});
        socket.on("message", (bytes, from) => this.#take(bytes, from.address, from.port));
        this.#sockets.push({ socket, family, bound: { address, port: socket.address().port } });
        resolve();
      });
    });
  }
}

function bindError(code: string | undefined, address: string, port: number, cause: unknown): CampusError {
  const where = `udp ${address} port ${port}`;
  const context = { address, port, key: "snmp.traps" };
  if (code === "EADDRINUSE")
    return new CampusError("E_PORT_TAKEN", `${where}, where traps are to arrive, is taken`, context, cause);
  if (code === "EACCES")
    return new CampusError(
      "E_SETTINGS",
      `snmp.traps: ${where} needs rights (CAP_NET_BIND_SERVICE); take a port from 1024, and redirect 162 to it`,
      context,
      cause,
    );
  return new CampusError("E_SETTINGS", `snmp.traps: cannot listen at ${where}: ${code}`, context, cause);
}

/** The column `drops` of /proc/net/udp or udp6 for the socket; -1 where there is none. */
function lostAt(family: 4 | 6, bound: BoundAddress): number {
  try {
    const port = bound.port.toString(16).toUpperCase().padStart(4, "0");
    const table = readFileSync(family === 6 ? "/proc/net/udp6" : "/proc/net/udp", "latin1");
    for (const line of table.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      const [address, ownPort] = (columns[1] ?? "").split(":");
      if (ownPort !== port || address !== procAddress(family, bound.address)) continue;
      const drops = Number(columns.at(-1));
      return Number.isFinite(drops) ? drops : -1;
    }
  } catch {
    // not Linux, or /proc is not mounted
  }
  return -1;
}

/** The address as the kernel prints it: 32-bit words of the machine, in hex. */
function procAddress(family: 4 | 6, address: string): string {
  const octets = family === 4 ? address.split(".").map(Number) : octets6(address);
  let text = "";
  for (let word = 0; word < octets.length; word += 4)
    for (let i = 3; i >= 0; i--) text += octets[word + i]!.toString(16).padStart(2, "0").toUpperCase();
  return text;
}

function octets6(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): number[] => (text === "" ? [] : text.split(":").map((g) => parseInt(g, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}
