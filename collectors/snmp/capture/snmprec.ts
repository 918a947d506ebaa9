import { formatIpv4 } from "../codec/address.ts";
import { TAG } from "../codec/ber.ts";
import { decodeArcs } from "../codec/oid.ts";
import { SnmpValue } from "../codec/value.ts";
import type { RawVarbind } from "./walk.ts";

/** Text that stands in a line as it is. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Lines `OID|TAG|VALUE` as snmpsim and `campusd simulate --replay` serve them. `head` are lines of comment. A value that
 * is not what its tag says is left out.
 */
export function snmprecText(varbinds: readonly RawVarbind[], head: readonly string[]): string {
  const lines = head.map((line) => `# ${line}`);
  for (const { oid, tag, value } of varbinds) {
    const text = valueText(tag, value);
    if (text !== undefined) lines.push(`${oid.join(".")}|${text}`);
  }
  return `${lines.join("\n")}\n`;
}

/** `TAG|VALUE`. */
function valueText(tag: number, value: Uint8Array): string | undefined {
  switch (tag) {
    case TAG.octetString: {
      const text = Buffer.from(value).toString("latin1");
      if (text === "" || PLAIN.test(text)) return `4|${text}`;
      return `4x|${Buffer.from(value).toString("hex")}`;
    }
    case TAG.opaque:
      return `68x|${Buffer.from(value).toString("hex")}`;
    case TAG.null:
      return "5|";
    case TAG.oid:
      return value.length === 0 ? undefined : `6|${decodeArcs(value, 0, value.length).join(".")}`;
    case TAG.ipAddress:
      return value.length === 4 ? `64|${formatIpv4(value, 0)}` : undefined;
    default: {
      const number = new SnmpValue(tag, value).bigint;
      return number === undefined ? undefined : `${tag}|${number}`;
    }
  }
}
