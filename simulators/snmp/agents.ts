import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { bindError } from "../bind-error.ts";
import { communityOf, readRequest } from "./request.ts";
import { Responder } from "./responder.ts";
import type { MibTable } from "./table.ts";

/** One agent: an address of its own and the tables it answers from. */
export interface AgentPlan {
  readonly id: string;
  /** A literal IPv4 or IPv6 address. */
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /**
   * The table for a community (octets as latin1), or undefined for silence. Called for every request, so that
   * tables can be made when they are first asked for.
   */
  table(community: string): MibTable | undefined;
  /** Largest answer in octets; default: what an Ethernet frame carries. */
  readonly maxMessageSize: number;
}

export interface AgentStats {
  readonly requests: number;
  readonly varbinds: number;
  /** Datagrams that are not an SNMPv1 or v2c request. */
  readonly malformed: number;
  /** Requests left unanswered: wrong community, or a silent device. */
  readonly ignored: number;
}

/** Sockets bound at once while opening: enough to be fast, few enough for any file limit. */
const OPENING = 64;

/**
 * SNMP agents of one process: a UDP socket for each address, one responder for all. `second` gives the world's
 * time, whole seconds: all values of one second are of one instant.
 */
export class SnmpAgents {
  readonly #plans: readonly AgentPlan[];
  readonly #second: () => number;
  readonly #responder = new Responder();
  readonly #sockets: Socket[] = [];
  readonly #ports = new Map<string, number>();
  #requests = 0;
  #malformed = 0;
  #ignored = 0;

  constructor(plans: readonly AgentPlan[], second: () => number) {
    this.#plans = plans;
    this.#second = second;
  }

  /** Binds every agent; on a failure binds none. Throws E_PORT_TAKEN or E_INTERNAL, naming address and port. */
  async open(signal: AbortSignal): Promise<void> {
    const waiting = [...this.#plans];
    const bindNext = async (): Promise<void> => {
      for (let plan = waiting.shift(); plan; plan = waiting.shift()) {
        signal.throwIfAborted();
        await this.#bind(plan);
      }
    };
    const results = await Promise.allSettled(Array.from({ length: OPENING }, bindNext));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) {
      await this.close();
      throw failed.reason;
    }
  }

  /** The port an agent listens on; undefined when it is not open. */
  portOf(id: string): number | undefined {
    return this.#ports.get(id);
  }

  stats(): AgentStats {
    return {
      requests: this.#requests,
      varbinds: this.#responder.varbinds,
      malformed: this.#malformed,
      ignored: this.#ignored,
    };
  }

  async close(): Promise<void> {
    const sockets = this.#sockets.splice(0);
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    this.#ports.clear();
  }

  #bind(plan: AgentPlan): Promise<void> {
    const socket = createSocket(isIPv6(plan.address) ? { type: "udp6", ipv6Only: true } : { type: "udp4" });
    return new Promise((resolve, reject) => {
      socket.once("error", (error: NodeJS.ErrnoException) => {
        socket.close();
        reject(bindError(error, "udp", plan.address, plan.port));
      });
      socket.bind(plan.port, plan.address, () => {
        socket.removeAllListeners("error");
        // After binding, an error is one lost datagram; the peer asks again.
        socket.on("error", () => this.#ignored++);
        socket.on("message", (bytes, peer) => this.#answer(plan, socket, bytes, peer.port, peer.address));
        this.#sockets.push(socket);
        this.#ports.set(plan.id, socket.address().port);
        resolve();
      });
    });
  }

  #answer(plan: AgentPlan, socket: Socket, bytes: Uint8Array, port: number, address: string): void {
    const request = readRequest(bytes);
    if (!request) {
      this.#malformed++;
      return;
    }
    this.#requests++;
    const table = plan.table(communityOf(request));
    const answer = table && this.#responder.answer(request, table, this.#second(), plan.maxMessageSize);
    if (!answer) {
      this.#ignored++;
      return;
    }
    // The socket keeps a reference until the datagram is sent, so it gets a copy of the reused buffer.
    socket.send(Buffer.from(answer), port, address, ignoreSendError);
  }
}

function ignoreSendError(): void {
  // The peer is gone; UDP promises nothing.
}
