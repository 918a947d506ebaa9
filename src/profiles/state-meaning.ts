import type { Meaning } from "../measurements/legend.ts";

/**
 * What a state's name means, by the words that MIBs use. Only what is plain is taken: `off`, `down`, `absent` or `standby`
 * is as it should be on one device and a fault on another, so that a profile has to say it. Undefined: no meaning.
 */
export function meaningOfName(name: string): Meaning | undefined {
  const words = wordsOf(name);
  const joined = words.join("");
  if (UNKNOWN.has(joined)) return "unknown";
  if (OK.has(joined)) return "ok";
  const denied = words.some((word) => DENIALS.has(word)) || /^(?:non|not|no|un)/.test(joined);
  if (WARNING.has(joined)) return "warning";
  if (FAILED.has(joined)) return "failed";
  const last = words.at(-1) ?? "";
  // `noFault`, `non-critical`, `notOK`: what is denied is another thing, which only the whole names above tell.
  if (denied) return undefined;
  // What a name ends with is what it says: `alarmCleared`, `okButFanFailed`.
  if (OK_WORDS.has(last)) return "ok";
  const has = (list: ReadonlySet<string>) => words.some((word) => list.has(word));
  if (has(GRAVE_WORDS)) return "failed";
  // `nearOverload`, `minorFault`, `warningOverload`: something lesser than the rest of the name says.
  if (has(LESSENING_WORDS)) return "warning";
  if (has(FAILED_WORDS)) return "failed";
  return has(WARNING_WORDS) ? "warning" : undefined;
}

/** `nonCriticalUpper`, `status-ok`, `FAN_FAILED` as small words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");
}

const DENIALS: ReadonlySet<string> = new Set(["no", "non", "not", "without", "un"]);

const OK: ReadonlySet<string> = new Set([
  ...[
    "ok",
    "okay",
    "normal",
    "good",
    "healthy",
    "fine",
    "green",
    "optimal",
    "clear",
    "cleared",
    "operational",
  ],
  ...[
    "functional",
    "functioning",
    "working",
    "nofault",
    "nofaults",
    "noerror",
    "noerrors",
    "noalarm",
    "noalarms",
  ],
  ...["nofailure", "noproblem", "noleak", "nosmoke", "nofluid", "novibration", "redundant", "fullyredundant"],
  ...[
    "inservice",
    "operable",
    "online",
    "up",
    "running",
    "active",
    "ready",
    "insync",
    "synchronized",
    "nominal",
  ],
]);
const WARNING: ReadonlySet<string> = new Set([
  ...[
    "warning",
    "warn",
    "degraded",
    "alert",
    "alarm",
    "minor",
    "abnormal",
    "noncritical",
    "nonrecoverablewarning",
  ],
  ...[
    "noncriticalupper",
    "noncriticallower",
    "uppernoncritical",
    "lowernoncritical",
    "yellow",
    "prealert",
    "marginal",
  ],
  ...[
    "nonredundant",
    "notredundant",
    "redundancylost",
    "redundancydegraded",
    "predictivefailure",
    "onbattery",
  ],
  ...[
    "nearoverload",
    "statusnoncritical",
    "atsredundancylost",
    "notsynchronized",
    "outofsync",
    "misconfigured",
  ],
  ...["mismatch", "batterylow", "expired", "rebuilding", "toolow", "toohigh"],
]);
const FAILED: ReadonlySet<string> = new Set([
  ...[
    "failed",
    "fail",
    "failure",
    "faulty",
    "fault",
    "critical",
    "error",
    "bad",
    "broken",
    "dead",
    "red",
    "fatal",
  ],
  ...["nonrecoverable", "unrecoverable", "nonrecoverableupper", "nonrecoverablelower", "uppernonrecoverable"],
  ...[
    "lowernonrecoverable",
    "statusunrecoverable",
    "inoperable",
    "inoperative",
    "nonoperational",
    "notoperational",
  ],
  ...[
    "notfunctioning",
    "notfunctional",
    "notok",
    "major",
    "emergency",
    "fire",
    "leak",
    "overload",
    "overtemp",
  ],
  ...[
    "overtemperature",
    "batteryneedsreplacing",
    "malfunction",
    "unhealthy",
    "notworking",
    "infaultcondition",
  ],
]);
const UNKNOWN: ReadonlySet<string> = new Set([
  ...[
    "unknown",
    "unknow",
    "notknown",
    "unavailable",
    "notavailable",
    "notavail",
    "undefined",
    "indeterminate",
  ],
  ...[
    "nostatus",
    "statusunknown",
    "statusnotavailable",
    "statusinvalid",
    "readerror",
    "nodata",
    "invalid",
    "na",
  ],
  ...["commlost", "commslost", "communicationlost", "nocomm", "sensorerror", "notspecified"],
]);
/** Within a longer name: `fanFailure`, `uioCritical`, `highAlarm`, `memWarning`. */
const GRAVE_WORDS: ReadonlySet<string> = new Set(["critical", "major", "unrecoverable", "emergency"]);
const LESSENING_WORDS: ReadonlySet<string> = new Set([
  ...["near", "pre", "predictive", "predicted", "minor", "warning", "info"],
]);
const FAILED_WORDS: ReadonlySet<string> = new Set([
  ...[
    "failed",
    "failure",
    "fail",
    "fault",
    "faulty",
    "malfunction",
    "blown",
    "tripped",
    "overload",
    "overheat",
  ],
  ...[
    "overheated",
    "overtemp",
    "overtemperature",
    "overcurrent",
    "overvoltage",
    "smoke",
    "leak",
    "dead",
    "broken",
  ],
  ...["inoperable"],
]);
const WARNING_WORDS: ReadonlySet<string> = new Set(["degraded", "alarm", "alert", "abnormal"]);
const OK_WORDS: ReadonlySet<string> = new Set([
  ...["ok", "okay", "normal", "good", "healthy", "operational", "cleared"],
]);
