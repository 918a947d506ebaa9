import type { Endpoint, SnmpCredential } from "../../../src/collection/contract.ts";
import { isCampusError } from "../../../src/errors/campus-error.ts";
import type { SnmpClient, SnmpTarget } from "../client.ts";
import { octetsToHex } from "../codec/text.ts";
import type { SnmpValue } from "../codec/value.ts";
import type { SessionOptions } from "../session.ts";
import type { SecurityCode } from "../usm/v3-reports.ts";
import { type Contact, FirstContact } from "./contact.ts";
import type { DiscoverFailureCode } from "./failure.ts";

export interface NamedCredential {
  /** Its name in the settings. */
  readonly name: string;
  readonly credential: SnmpCredential;
}

/** What an agent says of itself at the first answer: enough to know it again at another address. */
export interface Greeting {
  readonly sysObjectID?: string;
  readonly sysDescr?: string;
  readonly sysName?: string;
  readonly sysLocation?: string;
  /** UTC ms at which the agent came up, by its sysUpTime. */
  readonly upSince?: number;
  /** snmpEngineID, hexadecimal. */
  readonly engineId?: string;
  /** dot1dBaseBridgeAddress, `00:11:22:aa:bb:cc`. */
  readonly bridge?: string;
  /** lldpLocChassisId as text, the form in which neighbours' facts have it. */
  readonly chassis?: string;
}

export type Asked =
  | {
      readonly kind: "answer";
      readonly credential: NamedCredential;
      readonly greeting: Greeting;
      /** No interface is seen: the view is too small, or the device has none. A credential that sees more was looked for. */
      readonly noInterfaces: boolean;
    }
  | {
      readonly kind: "failure";
      readonly code: DiscoverFailureCode;
      /** What else is known, for people; the words of the code stand in DISCOVER_FAILURES. */
      readonly detail?: string;
      /** Names of the credentials that were shown to the address, in order. */
      readonly tried: readonly string[];
      readonly engineId?: string;
    };

export interface AskOptions {
  readonly client: SnmpClient;
  /** In the order in which they are tried. */
  readonly credentials: readonly NamedCredential[];
  /** For one answer, ms. */
  readonly timeoutMs: number;
  /** Most requests that look for a credential: every one in turn, then again from the first. */
  readonly tries: number;
  readonly random: () => number;
  /** UTC ms. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** How long the first datagram is given to bring a refusal before credentials are tried beside it. */
const REFUSAL_MS = 150;

const GREETING = {
  sysDescr: "1.3.6.1.2.1.1.1.0",
  sysObjectID: "1.3.6.1.2.1.1.2.0",
  sysUpTime: "1.3.6.1.2.1.1.3.0",
  sysName: "1.3.6.1.2.1.1.5.0",
  sysLocation: "1.3.6.1.2.1.1.6.0",
  ifNumber: "1.3.6.1.2.1.2.1.0",
  engineId: "1.3.6.1.6.3.10.2.1.1.0",
  bridge: "1.3.6.1.2.1.17.1.1.0",
  chassis: "1.0.8802.1.1.2.1.3.2.0",
} as const;
const IF_INDEX = "1.3.6.1.2.1.2.2.1.1";
const MAX_TEXT = 1024;

/**
 * Finds out whether an agent answers at an address and to which credential. Sends one SNMPv3 engine discovery and
 * at most `tries` requests while nobody answers. Never rejects, but when the transport is closed under it.
 */
export async function askAddress(endpoint: Endpoint, options: AskOptions): Promise<Asked> {
  const contact = new FirstContact(endpoint, options.random);
  contact.open();
  try {
    return await new Asking(endpoint, options, contact).run();
  } finally {
    contact.close();
  }
}

class Asking {
  readonly #endpoint: Endpoint;
  readonly #options: AskOptions;
  readonly #contact: FirstContact;
  readonly #tried: string[] = [];
  /** Of several failures the one that says most: an agent that knows the user says more than silence. */
  #worst: { readonly code: DiscoverFailureCode; readonly detail?: string } = { code: "timeout" };
  /** The first answer without interfaces: taken when no credential sees more. */
  #bare: Asked | undefined;

  constructor(endpoint: Endpoint, options: AskOptions, contact: FirstContact) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#contact = contact;
  }

  async run(): Promise<Asked> {
    const { credentials, tries, signal } = this.#options;
    const refused = this.#refusal(await this.#contact.wait(REFUSAL_MS));
    if (refused) return refused;
    const left = new Set(credentials);
    for (let attempt = 0; attempt < tries && left.size > 0; ) {
      for (const credential of left) {
        if (attempt++ >= tries) break;
        if (signal.aborted) return this.#bare ?? this.#failure("interrupted");
        if (!this.#tried.includes(credential.name)) this.#tried.push(credential.name);
        const answer = await this.#try(credential);
        if (answer === "ruled-out") left.delete(credential);
        else if (answer) return answer;
        const late = this.#refusal(this.#contact.contact);
        if (late) return late;
      }
    }
    return this.#bare ?? this.#end();
  }

  #refusal(contact: Contact): Asked | undefined {
    if (contact.kind === "closed") return this.#failure("port-closed");
    if (contact.kind === "unreachable") return this.#failure("unreachable", contact.reason);
    return undefined;
  }

  #end(): Asked {
    const { code, detail } = this.#worst;
    const { contact } = this.#contact;
    const { credentials } = this.#options;
    const untried = credentials.length - this.#tried.length;
    const words = [
      detail,
      untried > 0 ? `${this.#tried.length} of ${credentials.length} credentials were tried` : undefined,
    ].filter((text) => text !== undefined);
    return this.#failure(
      code === "timeout" && contact.kind === "agent" && this.#byCommunity() ? "wrong-community" : code,
      words.join("; ") || undefined,
    );
  }

  /** Silence to a community, where an engine told its id: SNMPv3 is never silent about a wrong user. */
  #byCommunity(): boolean {
    return this.#options.credentials.some(
      ({ name, credential }) => this.#tried.includes(name) && "community" in credential,
    );
  }

  #failure(code: DiscoverFailureCode, detail?: string): Extract<Asked, { kind: "failure" }> {
    const { contact } = this.#contact;
    return {
      kind: "failure",
      code,
      tried: this.#tried,
      ...(detail !== undefined && { detail }),
      ...(contact.kind === "agent" && { engineId: contact.engineId }),
    };
  }

  /** One request. An answer; "ruled-out" when asking again would be told the same; undefined when silent. */
  async #try(named: NamedCredential): Promise<Asked | "ruled-out" | undefined> {
    const { client, timeoutMs, signal } = this.#options;
    const target = client.target(sessionOptions(this.#endpoint, named.credential, { timeoutMs, retries: 0 }));
    const end = (): void => target.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      const values = await target.get(Object.values(GREETING));
      const read = Object.fromEntries(Object.keys(GREETING).map((name, i) => [name, values[i]])) as Values;
      const greeting = greetingOf(read, this.#options.now());
      if (greeting.sysObjectID === undefined && greeting.sysDescr === undefined) {
        this.#worse("view-too-small", `credential ${named.name} sees nothing of the system group`);
        return "ruled-out";
      }
      const bare = (read.ifNumber?.number ?? 0) === 0 && (await hasNoInterface(target));
      const answer: Asked = { kind: "answer", credential: named, greeting, noInterfaces: bare };
      if (!bare || signal.aborted) return answer;
      this.#bare ??= answer;
      return "ruled-out";
    } catch (error) {
      return this.#caught(named, error);
    } finally {
      signal.removeEventListener("abort", end);
      target.close();
    }
  }

  #caught(named: NamedCredential, error: unknown): "ruled-out" | undefined {
    if (!isCampusError(error)) throw error;
    const { security } = error.context;
    if (typeof security === "string") {
      this.#worse(
        SECURITY_FAILURES[security as SecurityCode] ?? "v3-refused",
        `${named.name}: ${error.message}`,
      );
      // Asked again a user stays unknown; silence and clocks may pass.
      return error.code === "E_TIMEOUT" ? undefined : "ruled-out";
    }
    if (error.code === "E_TIMEOUT") return undefined;
    if (error.code === "E_UNREACHABLE") {
      this.#worse("unreachable", undefined);
      return undefined;
    }
    this.#worse("not-snmp", `${named.name}: ${error.message}`);
    return "ruled-out";
  }

  #worse(code: DiscoverFailureCode, detail: string | undefined): void {
    if (this.#worst.code !== "timeout" && this.#worst.code !== "unreachable") return;
    this.#worst = { code, ...(detail !== undefined && { detail }) };
  }
}

/** What SNMPv3 reports say of the credential. */
const SECURITY_FAILURES: Readonly<Partial<Record<SecurityCode, DiscoverFailureCode>>> = {
  unknown_user: "wrong-user",
  wrong_digest: "wrong-digest",
  decryption_error: "unsupported-privacy",
  unsupported_level: "unsupported-privacy",
  not_in_time_window: "clock",
  boots_exhausted: "clock",
  no_agreement: "clock",
};

export function sessionOptions(
  endpoint: Endpoint,
  credential: SnmpCredential,
  rest: Pick<SessionOptions, "timeoutMs" | "retries">,
): SessionOptions {
  return { endpoint, ...credential, ...rest };
}

type Values = { readonly [K in keyof typeof GREETING]: SnmpValue | undefined };

function greetingOf(values: Values, now: number): Greeting {
  const text = (value: SnmpValue | undefined): string | undefined =>
    value?.text.trim().slice(0, MAX_TEXT) || undefined;
  const ticks = values.sysUpTime?.number;
  const engine = values.engineId?.raw;
  const members = {
    sysObjectID: values.sysObjectID?.decodeText("oid") || undefined,
    sysDescr: text(values.sysDescr),
    sysName: text(values.sysName),
    sysLocation: text(values.sysLocation),
    upSince: ticks === undefined || Number.isNaN(ticks) ? undefined : now - ticks * 10,
    engineId: engine && engine.length >= 5 ? octetsToHex(engine, 0, engine.length, "") : undefined,
    bridge: values.bridge?.raw.length === 6 ? octetsToHex(values.bridge.raw, 0, 6, ":") : undefined,
    chassis: text(values.chassis),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Greeting;
}

/** ifNumber is missing or 0 on agents that have interfaces all the same: the table itself decides. */
async function hasNoInterface(target: SnmpTarget): Promise<boolean> {
  try {
    const { items, end } = await target.table([IF_INDEX], { limits: { maxRows: 1 } });
    return items.length === 0 && end === "end";
  } catch {
    // Silent about the table: that is no proof that it is hidden.
    return false;
  }
}
