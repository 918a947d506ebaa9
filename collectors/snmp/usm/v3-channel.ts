import { PDU } from "../codec/ber.ts";
import { type PreparedRequest, patchRequestId, prepareRequest, type ResponseView } from "../codec/message.ts";
import { equalBytes } from "../codec/oid.ts";
import type { MessageSecurity, SecurityVerdict } from "../transport.ts";
import { type KeyRing, type LocalKeys, NO_KEYS, type UsmUser } from "./keys.ts";
import { FLAG, LEVEL_MASK, MAX_INT31, ScopedPdu, type V3Frame } from "./message.ts";
import { scopedAt, type Usm } from "./usm.ts";
import { type DeviceEngine, hexadecimal } from "./v3-engine.ts";
import {
  describeReport,
  type ReportCode,
  reportCode,
  type SecurityCode,
  type SecurityProblem,
} from "./v3-reports.ts";

const NOTHING = new Uint8Array(0);
const LEVELS = ["noAuthNoPriv", "authNoPriv", "", "authPriv"] as const;
/** Some agents pad what they encrypt to a block of their cipher. */
const MOST_PADDING = 15;

export interface ChannelParts {
  readonly usm: Usm;
  readonly keys: KeyRing;
  readonly count: (name: string, by?: number) => void;
}

/**
 * SNMPv3 with one device: finds its engine, keeps its clock, seals what is sent and judges what comes. Whatever
 * comes has the id of a request in flight, which nobody who does not see our datagrams can know; so a signed message
 * is also a fresh one.
 *
 * State moves on signed messages only, and on unsigned Reports while the engine is not pinned (RFC 3414 section 4:
 * discovery cannot be signed). After that an unsigned Report is a hint: kept for the words if no answer comes.
 */
export class V3Channel implements MessageSecurity {
  readonly engine: DeviceEngine;
  readonly #parts: ChannelParts;
  readonly #user: UsmUser;
  readonly #userName: Uint8Array;
  readonly #context: string;
  readonly #contextName: Uint8Array;
  readonly #level: number;
  readonly #probe: PreparedRequest = prepareRequest(3, NOTHING, PDU.get, []);
  readonly #scoped = new ScopedPdu();
  #keys: LocalKeys | undefined;
  /** The engine that `#keys` are for. */
  #keysOf: Uint8Array | undefined;
  #problem: SecurityProblem | undefined;

  constructor(parts: ChannelParts, engine: DeviceEngine, user: UsmUser, context: string) {
    this.#parts = parts;
    this.engine = engine;
    this.#user = user;
    this.#userName = Buffer.from(user.name, "utf8");
    this.#context = context;
    this.#contextName = Buffer.from(context, "utf8");
    this.#level = (user.auth ? FLAG.auth : 0) | (user.priv ? FLAG.priv : 0);
  }

  /** What is wrong, as far as the last exchange showed. */
  get problem(): SecurityProblem | undefined {
    return this.#problem;
  }

  /** Whether `seal` has the keys it needs. */
  get ready(): boolean {
    return this.engine.id === undefined || this.engine.id === this.#keysOf;
  }

  /** Makes the keys for the engine that is known. Rejects only by a fault of our own. */
  async prepare(): Promise<void> {
    const { id } = this.engine;
    if (id === undefined || id === this.#keysOf) return;
    const keys = await this.#parts.keys.localize(this.#user, id);
    // The engine may have been learned anew in the meantime.
    if (this.engine.id !== id) return this.prepare();
    this.#keys = keys;
    this.#keysOf = id;
  }

  /** An exchange begins: what an earlier one met is past. */
  begin(): void {
    this.#problem = undefined;
  }

  /** An exchange ended without a reply: what was not proven is forgotten. */
  failed(silent: boolean): void {
    const { engine } = this;
    if (engine.pinned) return;
    if (silent && engine.id !== undefined) this.#problem ??= this.#silence();
    engine.forget();
  }

  #silence(): SecurityProblem {
    const causes = ["its access rules leave this machine out"];
    if (this.#contextName.length > 0) causes.unshift(`it may have no context '${this.#context}'`);
    if ((this.#level & FLAG.priv) !== 0) causes.unshift("the privacy password or protocol may be wrong");
    const text = `the agent tells its SNMPv3 engine ID, but does not answer user '${this.#user.name}': ${causes.join(", or ")}`;
    return { code: "silent", text };
  }

  /** It went back and forth too often. */
  giveUp(): void {
    this.#problem = {
      code: "no_agreement",
      text: "the agent's SNMPv3 engine ID or clock changes with every answer",
    };
  }

  seal(request: PreparedRequest, id: number): Uint8Array {
    const { engine } = this;
    const { usm } = this.#parts;
    if (engine.id === undefined || this.#keys === undefined || this.#keysOf !== engine.id) {
      patchRequestId(this.#probe, id);
      return usm.seal(
        {
          msgId: id,
          reportable: true,
          engineId: NOTHING,
          boots: 0,
          time: 0,
          user: NOTHING,
          keys: NO_KEYS,
          contextEngineId: NOTHING,
          contextName: NOTHING,
        },
        this.#probe.bytes,
      );
    }
    const clock = engine.clock.known ? engine.clock : engine.guess;
    return usm.seal(
      {
        msgId: id,
        reportable: true,
        engineId: engine.id,
        boots: clock.boots,
        time: clock.time,
        user: this.#userName,
        keys: this.#keys,
        contextEngineId: engine.id,
        contextName: this.#contextName,
      },
      request.bytes,
    );
  }

  open(frame: V3Frame, view: ResponseView): SecurityVerdict {
    const signed = (frame.flags & FLAG.auth) !== 0;
    const verdict = signed ? this.#openSigned(frame, view) : this.#openUnsigned(frame, view);
    if (verdict === "reply") this.#problem = undefined;
    return verdict;
  }

  #openSigned(frame: V3Frame, view: ResponseView): SecurityVerdict {
    const keys = this.#keys;
    if (!keys?.auth || this.#keysOf !== this.engine.id || !this.#isOurs(frame)) return "security";
    if (!this.#parts.usm.verify(frame, keys)) return "digest";
    if (!this.#read(frame, view, keys)) return "malformed";
    this.engine.pin();
    if (view.pduType === PDU.report) return this.#signedReport(frame, view);
    if ((frame.flags & LEVEL_MASK) !== this.#level || !this.#isOurContext(view)) return "security";
    if (view.requestId !== frame.msgId) return "unknown_id";
    return this.#inTime(frame) ? "reply" : "time";
  }

  /** A signed answer must carry the clock that we know, or the first one. */
  #inTime({ boots, time }: V3Frame): boolean {
    const { clock } = this.engine;
    if (boots === MAX_INT31 || (clock.known && !clock.within(boots, time))) {
      // The next request asks what time it is: an honest engine says so in a signed Report.
      this.engine.forgetClock();
      return false;
    }
    clock.set(boots, time);
    return true;
  }

  #signedReport(frame: V3Frame, view: ResponseView): SecurityVerdict {
    const code = reportCode(view);
    if (code === undefined) return "report";
    const { clock } = this.engine;
    if (code !== "not_in_time_window") return this.#refused(code);
    if (frame.boots === MAX_INT31) {
      this.#say(
        "boots_exhausted",
        "the agent's SNMPv3 engine has counted its boots to the end: it must be given a new engine ID",
      );
      return "refused";
    }
    if (clock.known && frame.boots !== clock.boots) this.#parts.count("snmp.engine_rebooted");
    clock.set(frame.boots, frame.time);
    return "again";
  }

  #openUnsigned(frame: V3Frame, view: ResponseView): SecurityVerdict {
    if (!this.#read(frame, view, NO_KEYS)) return "malformed";
    if (view.pduType !== PDU.report) {
      if (this.#level !== 0 || !this.#isOurs(frame) || !this.#isOurContext(view)) return "security";
      if (view.requestId !== frame.msgId) return "unknown_id";
      this.engine.pin();
      return "reply";
    }
    const code = reportCode(view);
    if (code === undefined) return "report";
    if (code === "unknown_engine") return this.#discovered(frame);
    const verdict = this.#refused(code);
    return this.engine.pinned && this.#level !== 0 ? "report" : verdict;
  }

  #discovered(frame: V3Frame): SecurityVerdict {
    const id = frame.engineId();
    if (id === undefined) return "malformed";
    const { engine } = this;
    const known = engine.id;
    if (known && equalBytes(known, id, 0, id.length)) {
      this.#refused("unknown_engine");
      return "report";
    }
    if (engine.pinned && known) {
      this.#parts.count("snmp.engine_changed");
      this.#say(
        "engine_changed",
        `the SNMPv3 engine ID is ${hexadecimal(id)} and was ${hexadecimal(known)}: another device answers, or it was replaced or reset; it is not trusted before a person says so`,
      );
      return "report";
    }
    engine.learn(id, frame.boots, frame.time);
    return "again";
  }

  /** Decrypts and reads as far as the request id. */
  #read(frame: V3Frame, view: ResponseView, keys: LocalKeys): boolean {
    const bytes = this.#parts.usm.open(frame, keys);
    const pad = (frame.flags & FLAG.priv) === 0 ? 0 : MOST_PADDING;
    const scoped = this.#scoped;
    if (!bytes || !scoped.read(bytes, scopedAt(frame), pad)) return false;
    const whole = scoped.end === bytes.length ? bytes : bytes.subarray(0, scoped.end);
    return view.readPdu(whole, scoped.pduAt, frame.bytes.length);
  }

  #isOurs(frame: V3Frame): boolean {
    const { bytes } = frame;
    const { id } = this.engine;
    return (
      id !== undefined &&
      equalBytes(id, bytes, frame.engineAt, frame.engineEnd) &&
      equalBytes(this.#userName, bytes, frame.userAt, frame.userEnd)
    );
  }

  #isOurContext({ bytes }: ResponseView): boolean {
    const scoped = this.#scoped;
    const { id } = this.engine;
    return (
      id !== undefined &&
      equalBytes(id, bytes, scoped.contextEngineAt, scoped.contextEngineEnd) &&
      equalBytes(this.#contextName, bytes, scoped.contextNameAt, scoped.contextNameEnd)
    );
  }

  #refused(code: ReportCode): "refused" {
    this.#say(code, describeReport(code, this.#user.name, LEVELS[this.#level] ?? "", this.#context));
    return "refused";
  }

  #say(code: SecurityCode, text: string): void {
    this.#problem = { code, text };
  }
}
