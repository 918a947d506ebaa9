import { integer, ipAddress, objectId, octets, ticks, tlv } from "../snmp/asn1.ts";

export const LINK_DOWN = "1.3.6.1.6.3.1.1.5.3";
export type Varbind = readonly [oid: string, value: Uint8Array];

export function varbindList(varbinds: readonly Varbind[]): Buffer {
  return tlv(0x30, ...varbinds.map(([oid, value]) => tlv(0x30, objectId(oid), value)));
}

/** The two varbinds that begin a notification of SNMPv2, and what it says. */
export function notification(oid: string, varbinds: readonly Varbind[], upTime = 4711): Varbind[] {
  return [["1.3.6.1.2.1.1.3.0", ticks(upTime)], ["1.3.6.1.6.3.1.1.4.1.0", objectId(oid)], ...varbinds];
}

export interface V2Message {
  readonly community?: string;
  readonly version?: number;
  /** 0xa7 trap, 0xa6 inform. */
  readonly type?: number;
  readonly id?: number;
  readonly status?: Uint8Array;
  readonly varbinds?: readonly Varbind[];
}

export function v2(message: V2Message): Buffer {
  const { community = "s3cret-lab", version = 1, type = 0xa7, id = 1, varbinds } = message;
  const status = message.status ?? Buffer.concat([integer(0), integer(0)]);
  return tlv(
    0x30,
    integer(version),
    octets(community),
    tlv(type, integer(id), status, varbindList(varbinds ?? notification(LINK_DOWN, []))),
  );
}

export function v1(generic: number, specific: number, varbinds: readonly Varbind[] = []): Buffer {
  return tlv(
    0x30,
    integer(0),
    octets("s3cret-lab"),
    tlv(
      0xa4,
      objectId("1.3.6.1.4.1.2011.2.23"),
      ipAddress(10, 9, 8, 7),
      integer(generic),
      integer(specific),
      ticks(99),
      varbindList(varbinds),
    ),
  );
}
