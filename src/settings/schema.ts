import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { auditsSection } from "./audits.ts";
import {
  duration,
  durationOf,
  type SecretReader,
  secret,
  shortName,
  size,
  topicFilter,
  url,
  whole,
} from "./fields.ts";
import { isHost, isLoopback } from "./loopback.ts";
import type { Secret } from "./secret.ts";
import { snmpCredential } from "./snmp-credential.ts";
import { checkTrapCredentials, trapSection } from "./snmp-traps.ts";
import { targetsSection } from "./targets.ts";

/** What the schema needs from outside: where relative paths start, and how secrets are read. */
export interface SettingsContext {
  /** Folder of the settings file. */
  readonly baseDir: string;
  readonly readSecret: SecretReader;
}

const DAY_MS = 86_400_000;
/** The poll tiers of the collection, ms. */
export const POLL_TIERS_MS = [10_000, 60_000, 300_000, 3_600_000, DAY_MS] as const;
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/**
 * The one schema of campusd.yaml. It gives the types, the defaults, the checks, docs/settings.md and the
 * completion in editors. Durations leave it as `...Ms`, sizes as `...Bytes`, secrets as `Secret`, paths absolute.
 */
export function settingsSchema(context: SettingsContext) {
  const path = () =>
    z
      .string()
      .min(1)
      .transform((text) => (isAbsolute(text) ? text : resolve(context.baseDir, text)))
      .meta({ title: "path" });
  const sections = z.strictObject({
    node: z
      .strictObject({
        id: shortName()
          .default("campusd")
          .describe("Name of this node in batches and logs; unique among nodes."),
      })
      .prefault({})
      .describe("This process."),
    data: z
      .strictObject({
        dir: path()
          .prefault("data")
          .describe(
            "Folder of the state database, the embedded store and the spool; from the settings file's folder.",
          ),
      })
      .prefault({})
      .describe("Where files are kept."),
    http: httpSection(),
    store: storeSection(context),
    snmp: snmpSection(),
    modbus: modbusSection(),
    mqtt: mqttSection(context),
    probe: probeSection(),
    credentials: z
      .record(shortName(), credential(context))
      .default({})
      .describe("Credentials by name; a device of the inventory names one."),
    profiles: z
      .strictObject({
        dirs: z
          .array(path())
          .default([])
          .describe(
            "Folders with device profiles of your own, read besides the ones that come with campusd.",
          ),
      })
      .prefault({})
      .describe("Device profiles."),
    polling: pollingSection(),
    events: eventsSection(),
    targets: targetsSection(path),
    audits: auditsSection(),
    log: z
      .strictObject({
        level: z.enum(LOG_LEVELS).default("info").describe("The least serious level that is logged."),
      })
      .prefault({})
      .describe("The log on stderr."),
  });
  return sections.superRefine(checkTrapCredentials);
}

function httpSection() {
  return z
    .strictObject({
      host: z
        .string()
        .superRefine((host, context) => {
          if (!isHost(host))
            context.addIssue({
              code: "custom",
              message: "is not an address; write 127.0.0.1, ::1 or localhost",
            });
          else if (!isLoopback(host))
            context.addIssue({
              code: "custom",
              message:
                "can be reached from other machines, and the page has no access control yet; write 127.0.0.1 or ::1 and put a proxy that asks for a password in front",
            });
        })
        .default("127.0.0.1")
        .describe(
          "Address the page and the API listen on. Only loopback is taken until there is access control.",
        ),
      port: whole(0, 65_535)
        .default(8080)
        .describe("Port the page and the API listen on; 0 takes a free one."),
      names: z
        .array(
          z
            .string()
            .regex(/^[a-z0-9.-]{1,253}$/, "is not a host name in small letters, as campus.example.edu"),
        )
        .default([])
        .describe("Names under which a proxy hands requests on; requests under other names are turned away."),
    })
    .prefault({})
    .describe("The page and the API.");
}

function storeSection(context: SettingsContext) {
  const retention = z
    .strictObject({
      raw: duration(3_600_000, 3650 * DAY_MS)
        .prefault("30d")
        .describe("Samples as they were read."),
      "5m": duration(DAY_MS, 3650 * DAY_MS)
        .prefault("400d")
        .describe("Roll-ups of 5 minutes."),
      "1h": duration(DAY_MS, 3650 * DAY_MS)
        .prefault("1830d")
        .describe("Roll-ups of 1 hour."),
    })
    .transform((keep) => ({ rawMs: keep.raw, fiveMinutesMs: keep["5m"], hourMs: keep["1h"] }))
    .prefault({})
    .describe("How long samples are kept.");
  const embedded = z.strictObject({
    kind: z.literal("embedded").describe("Samples are kept in files of this process, under data.dir."),
    retention,
  });
  const influxdb = z
    .strictObject({
      kind: z.literal("influxdb").describe("Samples are sent to InfluxDB."),
      url: url(["http", "https"], "http://127.0.0.1:8086").describe("Where the database listens."),
      version: z
        .union([z.literal(1), z.literal(2), z.literal(3)], { error: "is not a version; write 1, 2 or 3" })
        .default(1)
        .meta({ title: "1, 2 or 3" })
        .describe("Major version of the database."),
      database: z.string().min(1).optional().describe("Database (versions 1 and 3)."),
      username: z.string().min(1).optional().describe("User (version 1)."),
      password: secret(context.readSecret).optional().describe("Password (version 1)."),
      token: secret(context.readSecret).optional().describe("Token (versions 2 and 3)."),
      org: z.string().min(1).optional().describe("Organisation (version 2)."),
      bucket: z.string().min(1).optional().describe("Bucket (version 2)."),
      spool: size(1e6)
        .prefault("256MB")
        .describe(
          "Most that waits on disk, under data.dir, while the database is away; the oldest goes first.",
        ),
    })
    .superRefine((store, issues) => {
      const need = (key: "database" | "org" | "bucket" | "token" | "username" | "password") => {
        if (store[key] === undefined)
          issues.addIssue({
            code: "custom",
            path: [key],
            message: `is missing; InfluxDB ${store.version} needs it here`,
          });
      };
      if (store.version !== 2) need("database");
      if (store.version === 2) for (const key of ["org", "bucket", "token"] as const) need(key);
      if (store.password !== undefined) need("username");
      if (store.version === 1 && store.username !== undefined) need("password");
    })
    .transform(({ spool, ...rest }) => ({ ...rest, spoolBytes: spool }));
  return z
    .discriminatedUnion("kind", [embedded, influxdb])
    .prefault({ kind: "embedded" })
    .describe("Where samples are kept.");
}

function snmpSection() {
  return z
    .strictObject({
      timeout: duration(100, 60_000).prefault("2s").describe("How long an answer is waited for."),
      retries: whole(0, 10)
        .default(2)
        .describe("How often a request is sent again before the device counts as silent."),
      inFlight: whole(1, 10_000)
        .default(256)
        .describe("Requests in flight in all; a device has one (a marked few two)."),
      maxRequestsPerSecond: whole(1, 1000).default(50).describe("Most requests a second to one device."),
      traps: trapSection(),
    })
    .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
    .prefault({})
    .describe("SNMP polling, and what devices tell by themselves.");
}

function modbusSection() {
  return z
    .strictObject({
      timeout: duration(100, 60_000).prefault("3s").describe("How long an answer is waited for."),
      connections: whole(1, 4096).default(64).describe("TCP connections open at a time; a gateway has one."),
    })
    .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
    .prefault({})
    .describe("Modbus TCP polling.");
}

function mqttSection(context: SettingsContext) {
  const user = z.strictObject({
    username: z.string().min(1).describe("Name the device logs in with."),
    password: secret(context.readSecret).describe("Its password."),
    topics: z.array(topicFilter()).min(1).describe("Topic filters the user may publish and subscribe to."),
  });
  const broker = z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe("Whether campusd runs a broker of its own, for small sites."),
      host: z
        .string()
        .refine(isHost, { error: "is not an address; write a literal IPv4 or IPv6 address or localhost" })
        .default("127.0.0.1")
        .describe("Address the broker listens on. Off loopback it demands users."),
      port: whole(0, 65_535).default(1883).describe("Port the broker listens on; 0 takes a free one."),
      users: z.array(user).default([]).describe("Who may log in."),
      anonymous: z
        .boolean()
        .default(false)
        .describe("Whether clients without a name are let in; on loopback only."),
    })
    .superRefine((value, issues) => {
      if (!value.enabled) return;
      const add = (key: string, message: string) => issues.addIssue({ code: "custom", path: [key], message });
      if (!isLoopback(value.host) && value.anonymous)
        add(
          "anonymous",
          "lets anyone in from other machines; write false and list users, or listen on 127.0.0.1",
        );
      if (!isLoopback(value.host) && value.users.length === 0)
        add("users", "is empty while the broker can be reached from other machines; list at least one user");
      if (isLoopback(value.host) && value.users.length === 0 && !value.anonymous)
        add("users", "is empty, so that no client could log in; list a user, or write anonymous: true");
      addDuplicates(value.users, "username", "users", issues);
    })
    .prefault({})
    .describe("The embedded broker (MQTT 3.1.1).");
  const connection = z
    .strictObject({
      name: shortName().describe("Name of the connection in logs and counters."),
      url: url(["mqtt", "mqtts", "ws", "wss"], "mqtt://127.0.0.1:1883").describe("Where the broker listens."),
      username: z.string().min(1).optional().describe("User."),
      password: secret(context.readSecret).optional().describe("Password."),
      clientId: z
        .string()
        .min(1)
        .max(128)
        .optional()
        .describe("Client id; without one it is made of the node id and the connection's name."),
      topics: z
        .array(topicFilter())
        .min(1)
        .optional()
        .describe("Topic filters; without them the profiles' own."),
      protocolVersion: z
        .union([z.literal(4), z.literal(5)], {
          error: "is not a version; write 4 (MQTT 3.1.1) or 5 (MQTT 5)",
        })
        .default(4)
        .meta({ title: "4 or 5" })
        .describe("4 is MQTT 3.1.1, 5 is MQTT 5."),
    })
    .superRefine((value, issues) => {
      if (value.password !== undefined && value.username === undefined)
        issues.addIssue({
          code: "custom",
          path: ["username"],
          message: "is missing; a password needs a user",
        });
    });
  return z
    .strictObject({
      broker,
      connections: z
        .array(connection)
        .superRefine((list, issues) => addDuplicates(list, "name", undefined, issues))
        .default([])
        .describe("Brokers that campusd connects to."),
    })
    .prefault({})
    .describe("MQTT.");
}

function probeSection() {
  return z
    .strictObject({
      interval: duration(1000, DAY_MS).prefault("60s").describe("How often each address is tried."),
      timeout: duration(100, 60_000).prefault("1s").describe("How long an answer is waited for."),
      count: whole(1, 20).default(3).describe("Packets a try."),
    })
    .transform((probe) => ({ intervalMs: probe.interval, timeoutMs: probe.timeout, count: probe.count }))
    .prefault({})
    .describe("Reachability over IPv4 and IPv6.");
}

function credential(context: SettingsContext) {
  return z.discriminatedUnion("protocol", [
    snmpCredential(context.readSecret),
    z.strictObject({
      protocol: z.literal("mqtt").describe("A user of a broker."),
      username: z.string().min(1).describe("User."),
      password: secret(context.readSecret).describe("Password."),
    }),
  ]);
}

function pollingSection() {
  const tier = () => durationOf(POLL_TIERS_MS);
  return z
    .strictObject({
      interfaces: tier()
        .optional()
        .describe("How often interface counters and states are read, whatever the profile says."),
      fastest: tier().optional().describe("Nothing is read more often than this."),
    })
    .transform((polling) => ({ interfacesMs: polling.interfaces, fastestMs: polling.fastest }))
    .prefault({})
    .describe("Poll tiers; without a value the device profiles say.");
}

function eventsSection() {
  return z
    .strictObject({
      keep: duration(DAY_MS, 3650 * DAY_MS)
        .prefault("90d")
        .describe("How long events are kept."),
      most: whole(1000, 10_000_000)
        .default(100_000)
        .describe("Events kept at most; the oldest go first, and one source has a fifth of them at most."),
    })
    .transform(({ keep, most }) => ({ keepMs: keep, most }))
    .prefault({})
    .describe("The event log.");
}

/** Refuses a second entry with the same value of `key`. */
function addDuplicates<K extends string>(
  list: readonly Readonly<Record<K, string>>[],
  key: K,
  under: string | undefined,
  issues: z.core.$RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [index, entry] of list.entries()) {
    if (seen.has(entry[key])) {
      const path = under === undefined ? [index, key] : [under, index, key];
      issues.addIssue({ code: "custom", path, message: "stands in the list twice; keep one of the two" });
    }
    seen.add(entry[key]);
  }
}

type Frozen<T> = T extends Secret ? T : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** Everything that campusd.yaml says, with every default filled in. Frozen. */
export type Settings = Frozen<z.output<ReturnType<typeof settingsSchema>>>;
export type StoreSettings = Settings["store"];
export type SnmpSettings = Settings["snmp"];
export type ModbusSettings = Settings["modbus"];
export type MqttSettings = Settings["mqtt"];
export type ProbeSettings = Settings["probe"];
export type CredentialSettings = Settings["credentials"][string];
