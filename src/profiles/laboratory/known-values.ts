import type { SnmpDecode } from "../compiled.ts";

/**
 * What devices are known to send in objects whose MIB text misleads or is silent, and what must come of it. A
 * profile that reads one of these objects, in whatever folder, is tried on its values.
 */
export interface KnownObject {
  readonly object: string;
  /** The object, or its column, without instance; several where makers sell one tree under two names. */
  readonly oids: readonly string[];
  /** Why: for the message. */
  readonly because: string;
  readonly values?: readonly KnownValue[];
  /** The only quantities it may feed, or those that it may not. */
  readonly quantities?: readonly string[];
  readonly notQuantities?: readonly string[];
  readonly decode?: readonly SnmpDecode[];
}

export interface KnownValue {
  readonly raw: number;
  /** Other objects of the row by name. */
  readonly row?: Readonly<Record<string, number>>;
  /** In the quantity's unit; a text is the name of the state; undefined is no value. */
  readonly want: number | string | undefined;
}

const HUAWEI_OPTICS = "1.3.6.1.4.1.2011.5.25.31.1.1.3.1";
const HUAWEI_WLAN = "1.3.6.1.4.1.2011.6.139";
const H3C_WLAN = "1.3.6.1.4.1.25506.2.75";

const none = (...raws: number[]): KnownValue[] => raws.map((raw) => ({ raw, want: undefined }));
/** Hundredths of dBm below -1, microwatts above zero, -40 dBm for a dark fibre. */
const lightOfHuawei: readonly KnownValue[] = [
  { raw: 604, want: -2.19 },
  { raw: 12, want: -19.21 },
  { raw: -131, want: -1.31 },
  { raw: -3999, want: -39.99 },
  ...none(-1, 0, 2147483647, -4000),
];
const optics = "devices send hundredths of dBm below zero and microwatts above it, -1 and 0 for no module";

export const KNOWN_OBJECTS: readonly KnownObject[] = [
  {
    object: "hwEntityOpticalRxPower",
    oids: [`${HUAWEI_OPTICS}.8`],
    because: optics,
    values: lightOfHuawei,
  },
  { object: "hwEntityOpticalTxPower", oids: [`${HUAWEI_OPTICS}.9`], because: optics, values: lightOfHuawei },
  {
    object: "ruijieSystemElectricalInformationOutPower",
    oids: ["1.3.6.1.4.1.4881.1.1.10.2.1.1.41.1.15", "1.3.6.1.4.1.52642.1.1.10.2.1.1.41.1.15"],
    because: "the MIB gives milliwatts and a switch's supply gives 63 W",
    values: [{ raw: 63_472, want: 63.472 }],
  },
  {
    object: "hh3cEntityExtTemperature",
    oids: ["1.3.6.1.4.1.25506.2.6.1.1.1.1.12", "1.3.6.1.4.1.2011.10.2.6.1.1.1.1.12"],
    because: "65535 stands for an entity without a thermometer in most rows",
    values: [{ raw: 34, want: 34 }, ...none(65_535)],
  },
  {
    object: "zxr10SystemMemUsed",
    oids: ["1.3.6.1.4.1.3902.3.3.1.1.4"],
    because: "octets by the MIB, percent in some firmware: percent only where it is at most 100",
    values: [
      { raw: 300_000_000, row: { zxr10SystemMemSize: 500_000_000 }, want: 60 },
      { raw: 43, row: { zxr10SystemMemSize: 500_000_000 }, want: 43 },
    ],
  },
  {
    object: "hh3cDot11APConnectCount",
    oids: [`${H3C_WLAN}.1.1.2.1`],
    because:
      "it counts access points that are connecting; hh3cDot11TotalAPconnected has those that are connected",
    notQuantities: ["wifi.aps_online", "wifi.aps_known"],
  },
  {
    object: "hh3cDot11TotalAPconnected",
    oids: [`${H3C_WLAN}.1.1.2.21`],
    because: "it counts access points that are connected",
    quantities: ["wifi.aps_online"],
  },
  {
    object: "hh3cDot11PersistentAPCount",
    oids: [`${H3C_WLAN}.1.1.2.7`],
    because: "it counts access points that are set up",
    quantities: ["wifi.aps_known"],
  },
  {
    object: "hh3cDot11APOperationStatus",
    oids: [`${H3C_WLAN}.2.1.1.1.4`],
    because: "only run (5) serves; join (1) does not yet",
    values: [
      { raw: 5, want: "online" },
      { raw: 1, want: "offline" },
    ],
  },
  {
    object: "hwWlanCurJointApNum",
    oids: [`${HUAWEI_WLAN}.12.1.2.1`],
    because: "it counts access points that are joined now",
    quantities: ["wifi.aps_online"],
  },
  {
    object: "hwWlanApCount",
    oids: [`${HUAWEI_WLAN}.12.1.5.7`],
    because: "it counts all access points, those that are away too",
    quantities: ["wifi.aps_known"],
  },
  {
    object: "hwWlanApRunState",
    oids: [`${HUAWEI_WLAN}.13.3.3.1.6`],
    because: "only normal (8), committing (9) and standby (11) serve",
    quantities: ["wifi.ap_state"],
    values: [
      { raw: 8, want: "online" },
      { raw: 1, want: "offline" },
      { raw: 4, want: "fault" },
    ],
  },
  {
    object: "hwWlanApTemperature",
    oids: [`${HUAWEI_WLAN}.13.3.3.1.43`],
    because: "255 stands for an access point without a thermometer",
    values: [{ raw: 41, want: 41 }, ...none(255)],
  },
  {
    object: "hwWlanRadioNoise",
    oids: [`${HUAWEI_WLAN}.16.1.2.1.24`],
    because: "0 stands for a noise floor that is not known",
    values: [{ raw: -95, want: -95 }, ...none(0)],
  },
  {
    object: "hwWlanApAirportUpTraffic",
    oids: [58, 59, 60, 61].map((column) => `${HUAWEI_WLAN}.13.3.3.1.${column}`),
    because: "it is a number of 64 bits in an OCTET STRING",
    decode: ["octets64", "hex"],
  },
  {
    object: "ddmStatusRxPow",
    oids: [2, 3, 4, 5, 6].map((column) => `1.3.6.1.4.1.11863.6.96.1.7.1.1.${column}`),
    because: "it is a number written as text",
    decode: ["textNumber", "text"],
  },
];
