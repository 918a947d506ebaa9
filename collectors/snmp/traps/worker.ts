import { randomBytes } from "node:crypto";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CampusError } from "../../../src/errors/campus-error.ts";
import { Secret } from "../../../src/settings/secret.ts";
import type { UsmUser } from "../usm/keys.ts";
import { type AcceptedTrap, TrapIntake } from "./intake.ts";
import { TrapSockets } from "./sockets.ts";
import type { TrapSource } from "./source.ts";
import { TrapUsm } from "./usm.ts";
import type { FromWorker, ToWorker, TrapWorkerData, WireSource, WireUser } from "./wire.ts";

/** Notifications in one message to the controller, so that its thread is not held by many at once. */
const TRAPS_A_MESSAGE = 50;
/** How often the counters are told, ms. */
const COUNTERS_MS = 1_000;
/** How long informs that wait for their commit are waited for at the end, ms. */
const CLOSE_MS = 1_000;

/**
 * The thread that listens. A flood fills its sockets and takes its time, not the controller's: what reaches the
 * controller is what the limits let through.
 */
function listen(port: MessagePort, data: TrapWorkerData): void {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const post = (message: FromWorker): void => port.postMessage(message);
  const users = new UserList();
  let batch: AcceptedTrap[] = [];
  let flushing = false;
  const flush = (): void => {
    flushing = false;
    if (batch.length > 0) post({ kind: "traps", traps: batch });
    batch = [];
  };
  const intake = new TrapIntake({
    clock,
    limits: data.limits,
    security: new TrapUsm({ clock, random: randomBytes, engine: data.engine }),
    emit(trap) {
      batch.push(trap);
      if (batch.length >= TRAPS_A_MESSAGE) flush();
      else if (!flushing) {
        flushing = true;
        setImmediate(flush);
      }
    },
    send: (bytes, address, to) => sockets.send(bytes, address, to),
  });
  let closing = false;
  const sockets = new TrapSockets((bytes, address, from) => {
    if (!closing) intake.take(bytes, address, from);
  });
  const tell = (id: number): void =>
    post({ kind: "counters", id, counters: intake.counters(sockets.lost()) });
  const timer = setInterval(() => tell(0), COUNTERS_MS);

  const close = async (): Promise<void> => {
    closing = true;
    clearInterval(timer);
    flush();
    const end = clock.monotonic() + CLOSE_MS;
    while (intake.waiting > 0 && clock.monotonic() < end)
      await new Promise((resolve) => setTimeout(resolve, 10));
    tell(0);
    await sockets.close();
    post({ kind: "closed" });
    port.close();
  };

  port.on("message", (message: ToWorker) => {
    if (message.kind === "sources") intake.setSources(users.sources(message.users, message.sources));
    else if (message.kind === "settled") intake.settle(message.seqs, message.committed);
    else if (message.kind === "counters") {
      flush();
      tell(message.id);
    } else void close();
  });
  sockets.open(data.addresses, data.port).then(
    () => post({ kind: "bound", bound: sockets.bound }),
    (error: unknown) => {
      clearInterval(timer);
      const known = error instanceof CampusError ? error : undefined;
      post({
        kind: "failed",
        code: known?.code ?? "E_INTERNAL",
        message: error instanceof Error ? error.message : String(error),
        context: known?.context ?? {},
      });
      port.close();
    },
  );
}

/** Users of this thread. The same user is the same object over every change of the list: it holds its keys. */
class UserList {
  #users = new Map<string, UsmUser>();

  sources(users: readonly WireUser[], sources: readonly WireSource[]): TrapSource[] {
    const kept = new Map<string, UsmUser>();
    const list = users.map((user) => {
      const key = JSON.stringify(user);
      const same = this.#users.get(key) ?? revive(user);
      kept.set(key, same);
      return same;
    });
    this.#users = kept;
    return sources.map(({ address, communities, users: positions }) => ({
      address,
      communities,
      users: positions.map((i) => list[i]!),
    }));
  }
}

function revive({ name, auth, priv }: WireUser): UsmUser {
  return {
    name,
    ...(auth && { auth: { protocol: auth.protocol, password: new Secret(auth.password) } }),
    ...(priv && { priv: { protocol: priv.protocol, password: new Secret(priv.password) } }),
  };
}

if (parentPort) listen(parentPort, workerData as TrapWorkerData);
