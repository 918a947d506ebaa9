import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KeyRing } from "../../collectors/snmp/usm/keys.ts";
import {
  ENGINE_ID,
  OWN_ENGINE_ID,
  recordedSeeds,
  responseSeeds,
  secureSeeds,
  trapSeeds,
  USERS,
} from "./corpus.ts";
import { generator, mutate, type Seed } from "./mutate.ts";
import { makeKeys, ResponseTarget, SecureTarget, Signer, type Target, TrapTarget } from "./targets.ts";

export interface Finding {
  readonly target: string;
  readonly seed: string;
  readonly problem: string;
  readonly hex: string;
}

export interface FuzzReport {
  readonly seed: number;
  readonly seeds: number;
  /** Recordings that gave seeds; none where there are none. */
  readonly recordings: readonly string[];
  readonly datagrams: number;
  readonly seconds: number;
  readonly taken: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Compared with net-snmp's reader too. */
  readonly byNetSnmp: number;
  /** SNMPv3 messages whose digest was right. */
  readonly verified: number;
  /** SNMPv3 traps and informs that were accepted. */
  readonly secureTraps: number;
  /** What threw or was read otherwise elsewhere; the first 20. */
  readonly findings: readonly Finding[];
  readonly found: number;
  /** The slowest datagram, the best of its runs, ms. */
  readonly slowestMs: number;
  readonly slowest: string;
  /** How many took over 50 ms each time they were tried. */
  readonly slow: number;
  /** Octets of heap and of buffers after garbage collection, more than after the first tenth. */
  readonly heapGrowth: number;
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}

const SLOW_MS = 50;
/** A datagram that took long is tried so many times more: the machine has other things to do, too. */
const TRIES = 3;
const TRY_AGAIN_MS = 5;
const MOST_FINDINGS = 20;
/** So many datagrams share a trap intake. */
const RENEW = 20_000;
/** Of each ten datagrams so many go to the decoder of answers, to SNMPv3, to the trap intake. */
const TURNS = "rrrrrssttt";

/** Sends `count` mutated datagrams through everything that reads SNMP. */
export async function fuzz({ count, seed, progress }: FuzzOptions): Promise<FuzzReport> {
  const random = generator(seed);
  const recorded = recordedSeeds(random);
  const keys = await makeKeys();
  const own = new KeyRing();
  const ownKeys = await Promise.all(USERS.map((user) => own.localize(user, OWN_ENGINE_ID)));
  const answers = secureSeeds(keys, 0xa2);
  const pools: Record<Target["name"], Seed[]> = {
    response: [...responseSeeds(), ...recorded.seeds],
    v3: [...answers, ...secureSeeds(keys, 0xa8)],
    trap: [
      ...trapSeeds(),
      ...secureSeeds(keys, 0xa7, ENGINE_ID),
      ...secureSeeds(ownKeys, 0xa6, OWN_ENGINE_ID),
    ],
  };
  const response = new ResponseTarget();
  const signer = new Signer([
    { id: ENGINE_ID, keys },
    { id: OWN_ENGINE_ID, keys: ownKeys },
  ]);
  const secure = new SecureTarget(
    signer,
    [...pools.v3, ...pools.trap].map(({ bytes }) => bytes),
  );
  const trap = new TrapTarget(signer);
  const byTurn: Record<string, Target> = { r: response, s: secure, t: trap };
  const taken = { response: 0, v3: 0, trap: 0 };
  const refused = { response: 0, v3: 0, trap: 0 };
  const findings: Finding[] = [];
  const all = Object.values(pools).flat();
  let [found, slow, slowestMs, slowest] = [0, 0, 0, ""];
  const note = (target: string, from: string, problem: unknown, bytes: Buffer): void => {
    found++;
    if (findings.length === MOST_FINDINGS) return;
    const text =
      problem instanceof Error ? `${problem.constructor.name}: ${problem.message}` : String(problem);
    findings.push({ target, seed: from, problem: text, hex: bytes.toString("hex").slice(0, 4000) });
  };
  /** Ms that it took. */
  const run = (target: Target, from: string, bytes: Buffer, counts: boolean): number => {
    const started = performance.now();
    try {
      const good = target.take(bytes);
      if (counts) (good ? taken : refused)[target.name]++;
    } catch (error) {
      if (counts) note(target.name, from, error, bytes);
    }
    return performance.now() - started;
  };
  const renew = async (): Promise<void> => {
    // What waits for its keys comes to its end, so that everything is accounted for.
    for (let n = 0; n < 400; n++) await setImmediate();
    try {
      trap.renew();
    } catch (error) {
      note("trap", "all", error, Buffer.alloc(0));
    }
  };
  // Each seed as it is, first: the corpus itself is good.
  for (const [i, one] of pools.response.entries())
    if (!response.take(Buffer.from(one.bytes))) note("response", one.name, `seed ${i} is refused`, one.bytes);
  for (const one of pools.trap) trap.take(Buffer.from(one.bytes));
  await setImmediate();

  const heapAfter = Math.floor(count / 10);
  let heapBefore = 0;
  const started = performance.now();
  for (let i = 0; i < count; i++) {
    const target = byTurn[TURNS[i % TURNS.length]!]!;
    const pool = pools[target.name];
    const from = pool[random(pool.length)]!;
    const bytes = mutate(from, random(8) === 0 ? all : pool, random);
    let ms = run(target, from.name, bytes, true);
    if (ms > TRY_AGAIN_MS) {
      for (let n = 0; n < TRIES && ms > TRY_AGAIN_MS; n++)
        ms = Math.min(ms, run(target, from.name, bytes, false));
      if (ms > SLOW_MS) slow++;
    }
    if (ms > slowestMs) [slowestMs, slowest] = [ms, `${target.name} ${from.name}, ${bytes.length} octets`];
    // Keys are made for engines that are new.
    if (i % 50 === 49) await setImmediate();
    if (i % RENEW === RENEW - 1) await renew();
    if (i === heapAfter) heapBefore = heap();
    if (i % 100_000 === 99_999) progress?.(i + 1);
  }
  const seconds = (performance.now() - started) / 1000;
  await renew();
  return {
    seed,
    seeds: all.length,
    recordings: recorded.files,
    datagrams: count,
    seconds,
    taken,
    refused,
    byNetSnmp: response.byNetSnmp,
    verified: secure.verified,
    secureTraps: trap.secure,
    findings,
    found,
    slowestMs,
    slowest,
    slow,
    heapGrowth: heap() - heapBefore,
  };
}

/** Octets in use after a collection. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
