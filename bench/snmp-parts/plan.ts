/** What the parent of a bench tells the process that serves the agents. */
export interface AgentsPlan {
  readonly agents: number;
  readonly interfaces: number;
  /** Agents that never answer, and agents that answer after `slowMs`: the last ones of the set. */
  readonly dead: number;
  readonly slow: number;
  readonly slowMs: number;
  /** Content of columns beyond what campusd reads at binding: those alone are served to this community. */
  readonly community: string;
  readonly columnsOnly: string;
  /** OIDs of the polled columns. */
  readonly columns: readonly string[];
}

export interface AgentAddress {
  readonly address: string;
  readonly port: number;
}

/** What a process says of itself: CPU in microseconds since it started, resident octets now. */
export interface Usage {
  readonly userUs: number;
  readonly systemUs: number;
  readonly rss: number;
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { userUs: user, systemUs: system, rss: process.memoryUsage.rss() };
}

/** What campusd's process is told. */
export interface CampusdPlan {
  readonly agents: readonly AgentAddress[];
  readonly community: string;
  /** Asks as the SNMPv3 user that the agents know, not with the community. */
  readonly v3?: boolean;
  /** Where the embedded store keeps its files; undefined: samples are counted and dropped. */
  readonly dir: string | undefined;
  /** `line`: rounds back to back; `schedule`: every `everyMs` for `seconds`. */
  readonly mode: "line" | "schedule";
  readonly rounds: number;
  readonly everyMs: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** Agents up to this number are healthy: lateness is theirs. */
  readonly healthy: number;
  readonly timeoutMs: number;
}

/** What campusd's process answers. */
export interface CampusdResult {
  readonly userUs: number;
  readonly systemUs: number;
  /** CPU of the thread that polls alone, user and system; the rest is the store's and the collector's of garbage. */
  readonly threadUs: number;
  readonly varbinds: number;
  readonly replies: number;
  readonly octets: number;
  readonly samples: number;
  readonly wallMs: number;
  readonly rss: number;
  readonly up: number;
  /** Turns left out because the one before was under way. */
  readonly skipped: number;
  /** Batches that the store did not take at once. */
  readonly refused: number;
  /** Samples that the pump dropped because the store was too far behind. */
  readonly dropped: number;
  /** Time and CPU until every healthy device was known, bound and up. */
  readonly boundMs: number;
  readonly boundUs: number;
  /** How late polls of healthy devices began, and when they were done after they were due. */
  readonly lateness: Spread;
  readonly done: Spread;
  readonly firstSampleMs: number;
  readonly requests: number;
}

/** Milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly runs: number;
}
