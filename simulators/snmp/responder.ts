import { integerLength, lengthOfLength, putInteger, putLength, TAG } from "./ber.ts";
import { PDU, type Request } from "./request.ts";
import type { MibTable } from "./table.ts";

/** Error-status values of RFC 3416 section 3. */
const STATUS = { noError: 0, tooBig: 1, noSuchName: 2, readOnly: 4, notWritable: 17 } as const;

/** UDP payload over IPv4 that an Ethernet frame carries unfragmented, and the most a datagram can carry. */
export const ETHERNET_PAYLOAD = 1472;
export const UDP_PAYLOAD = 65507;

/** VarBinds are written from here on; the headers are put in front afterwards. */
const HEADROOM = 320;

/**
 * Answers GET, GETNEXT and GETBULK from a table (RFC 1157, RFC 3416 section 4.2). One instance a process or
 * worker: the buffer is reused, so an answer is valid until the next call.
 */
export class Responder {
  readonly #out = Buffer.alloc(HEADROOM + UDP_PAYLOAD);
  /** VarBinds written since the start. */
  varbinds = 0;

  /** The answer's octets (a view of the reused buffer), or undefined when there is nothing to say. */
  answer(request: Request, table: MibTable, second: number, maxSize: number): Buffer | undefined {
    const header = this.#headerLength(request);
    if (HEADROOM < header) return undefined;
    const limit = HEADROOM + Math.min(maxSize, UDP_PAYLOAD) - header;
    switch (request.pdu) {
      case PDU.get:
        return this.#get(request, table, second, limit);
      case PDU.getNext:
        return this.#next(request, table, second, limit);
      case PDU.getBulk:
        return this.#bulk(request, table, second, limit);
      case PDU.set:
        return this.#refuse(request, request.version === 0 ? STATUS.readOnly : STATUS.notWritable, 1, limit);
      default:
        return undefined;
    }
  }

  #get(request: Request, table: MibTable, second: number, limit: number): Buffer {
    let at = HEADROOM;
    for (let n = 0; n < request.oids.length; n += 2) {
      const from = request.oids[n]!;
      const to = request.oids[n + 1]!;
      const i = table.find(request.bytes, from, to);
      if (i >= 0 && !(request.version === 0 && table.isCounter64(i)))
        at = table.putVarbind(i, second, this.#out, at, limit);
      else if (request.version === 0) return this.#refuse(request, STATUS.noSuchName, n / 2 + 1, limit);
      else
        at = this.#putException(
          request,
          n,
          at,
          limit,
          table.hasSibling(request.bytes, from, to) ? TAG.noSuchInstance : TAG.noSuchObject,
        );
      if (at < 0) return this.#tooBig(request, limit);
    }
    return this.#finish(request, at, STATUS.noError, 0, request.oids.length / 2);
  }

  #next(request: Request, table: MibTable, second: number, limit: number): Buffer {
    let at = HEADROOM;
    for (let n = 0; n < request.oids.length; n += 2) {
      let i = table.after(request.bytes, request.oids[n]!, request.oids[n + 1]!);
      if (request.version === 0) while (i < table.length && table.isCounter64(i)) i++;
      if (i < table.length) at = table.putVarbind(i, second, this.#out, at, limit);
      else if (request.version === 0) return this.#refuse(request, STATUS.noSuchName, n / 2 + 1, limit);
      else at = this.#putException(request, n, at, limit, TAG.endOfMibView);
      if (at < 0) return this.#tooBig(request, limit);
    }
    return this.#finish(request, at, STATUS.noError, 0, request.oids.length / 2);
  }

  #bulk(request: Request, table: MibTable, second: number, limit: number): Buffer {
    const { oids, bytes } = request;
    const total = oids.length / 2;
    const single = Math.min(request.nonRepeaters, total);
    let at = HEADROOM;
    let count = 0;
    for (let n = 0; n < single; n++) {
      const i = table.after(bytes, oids[2 * n]!, oids[2 * n + 1]!);
      const next =
        i < table.length
          ? table.putVarbind(i, second, this.#out, at, limit)
          : this.#putException(request, 2 * n, at, limit, TAG.endOfMibView);
      if (next < 0)
        return count > 0 ? this.#finish(request, at, STATUS.noError, 0, count) : this.#tooBig(request, limit);
      at = next;
      count++;
    }
    const cursor: number[] = [];
    for (let n = single; n < total; n++) cursor.push(table.after(bytes, oids[2 * n]!, oids[2 * n + 1]!));
    for (let row = 0; row < request.maxRepetitions && cursor.length > 0; row++) {
      let alive = false;
      for (let k = 0; k < cursor.length; k++) {
        const i = cursor[k]!;
        let next: number;
        if (i < table.length) {
          next = table.putVarbind(i, second, this.#out, at, limit);
          cursor[k] = i + 1;
          alive = true;
        } else if (table.length > 0 && row > 0) next = this.#putEnd(table, at, limit);
        else next = this.#putException(request, 2 * (single + k), at, limit, TAG.endOfMibView);
        if (next < 0)
          return count > 0
            ? this.#finish(request, at, STATUS.noError, 0, count)
            : this.#tooBig(request, limit);
        at = next;
        count++;
      }
      // RFC 3416 section 4.2.3: once a whole row is endOfMibView the rest of the repetitions may be left out.
      if (!alive) break;
    }
    return this.#finish(request, at, STATUS.noError, 0, count);
  }

  #tooBig(request: Request, limit: number): Buffer {
    if (request.version === 0) return this.#refuse(request, STATUS.tooBig, 0, limit);
    return this.#finish(request, HEADROOM, STATUS.tooBig, 0, 0);
  }

  /** An error answer that carries the request's own VarBinds. */
  #refuse(request: Request, status: number, index: number, limit: number): Buffer {
    const content = request.bytes.subarray(request.listFrom, request.listTo);

    const skip = 1 + lengthOfLength(contentLength(content));
    const body = content.subarray(skip);
    if (HEADROOM + body.length > limit) return this.#finish(request, HEADROOM, STATUS.tooBig, 0, 0);
    this.#out.set(body, HEADROOM);
    return this.#finish(request, HEADROOM + body.length, status, index, 0);
  }

  #putException(request: Request, n: number, at: number, limit: number, tag: number): number {
    return this.#putEmpty(request.bytes.subarray(request.oids[n]!, request.oids[n + 1]!), at, limit, tag);
  }

  /** endOfMibView after the last instance carries that instance's name. */
  #putEnd(table: MibTable, at: number, limit: number): number {
    return this.#putEmpty(table.oid(table.length - 1), at, limit, TAG.endOfMibView);
  }

  #putEmpty(oid: Uint8Array, at: number, limit: number, tag: number): number {
    const body = 1 + lengthOfLength(oid.length) + oid.length + 2;
    if (at + 1 + lengthOfLength(body) + body > limit) return -1;
    this.#out[at++] = TAG.sequence;
    at = putLength(this.#out, at, body);
    this.#out[at++] = TAG.oid;
    at = putLength(this.#out, at, oid.length);
    this.#out.set(oid, at);
    at += oid.length;
    this.#out[at++] = tag;
    this.#out[at++] = 0;
    return at;
  }

  /** The most octets the headers of an answer to this request take. */
  #headerLength(request: Request): number {
    const community = request.communityTo - request.communityFrom;
    return 4 + 3 + 4 + community + 4 + 6 + 3 + 6 + 4;
  }

  /** Puts the headers in front of the VarBinds, innermost first. */
  #finish(request: Request, end: number, status: number, index: number, varbinds: number): Buffer {
    const out = this.#out;
    this.varbinds += varbinds;
    let at = this.#wrap(HEADROOM, end, TAG.sequence);
    for (const value of [index, status, request.requestId]) {
      at -= 2 + integerLength(value);
      putInteger(out, at, TAG.integer, value);
    }
    at = this.#wrap(at, end, PDU.response);
    const community = request.communityTo - request.communityFrom;
    at -= community;
    out.set(request.bytes.subarray(request.communityFrom, request.communityTo), at);
    at -= 1 + lengthOfLength(community);
    out[at] = TAG.octets;
    putLength(out, at + 1, community);
    at -= 3;
    putInteger(out, at, TAG.integer, request.version);
    at = this.#wrap(at, end, TAG.sequence);
    return out.subarray(at, end);
  }

  #wrap(from: number, end: number, tag: number): number {
    const at = from - 1 - lengthOfLength(end - from);
    this.#out[at] = tag;
    putLength(this.#out, at + 1, end - from);
    return at;
  }
}

/** Length that the definite length of a TLV states; the TLV was checked before. */
function contentLength(bytes: Uint8Array): number {
  const first = bytes[1]!;
  if (first < 0x80) return first;
  let length = 0;
  for (let n = 0; n < (first & 0x7f); n++) length = length * 256 + bytes[2 + n]!;
  return length;
}
