import { ArcTree } from "./arc-tree.ts";

/** Subtrees that are never read: people, their devices, what they do, and what opens doors. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "SNMP users, communities and engines": [
    "1.3.6.1.6.3.10.2.1.1",
    ...[12, 13, 14, 15, 16, 18].map((module) => `1.3.6.1.6.3.${module}`),
  ],
  "Wi-Fi stations": [
    "1.3.6.1.4.1.2011.6.139.18", // Huawei
    "1.3.6.1.4.1.25506.2.75.3", // H3C
    "1.3.6.1.4.1.2011.10.2.75.3",
    "1.3.6.1.4.1.4881.1.1.10.2.56.5", // Ruijie
    "1.3.6.1.4.1.52642.1.1.10.2.56.5", // FS
    "1.3.6.1.4.1.14179.2.1.4", // Cisco Airespace
    "1.3.6.1.4.1.9.9.599",
    "1.3.6.1.4.1.9.9.273.1.2", // Cisco autonomous access points
    "1.3.6.1.4.1.9.9.273.1.3",
    "1.3.6.1.4.1.14823.2.2.1.4.1.2", // Aruba users
    "1.3.6.1.4.1.14823.2.2.1.14",
    "1.3.6.1.4.1.14823.2.2.1.5.2.2",
    "1.3.6.1.4.1.14823.2.3.3.1.2.4", // Aruba Instant
    "1.3.6.1.4.1.25053.1.2.2.1.1.3", // Ruckus
    "1.3.6.1.4.1.14988.1.1.1.2", // MikroTik registrations
    "1.3.6.1.4.1.14988.1.1.1.5",
    "1.3.6.1.4.1.41112.1.4.7", // Ubiquiti airMAX
    "1.3.6.1.4.1.12356.101.14.5", // Fortinet
  ],
  "users and their sessions": [
    "1.3.6.1.4.1.2011.5.2.1", // Huawei AAA
    "1.3.6.1.4.1.9.9.150",
    "1.3.6.1.4.1.9.9.171.1.3", // Cisco IPsec peers
    "1.3.6.1.4.1.9.9.392.1.3.21",
    "1.0.8802.1.1.1.1.2.4", // IEEE 802.1X sessions
    "1.3.6.1.4.1.12356.101.5.2.2", // Fortinet users and VPN
    "1.3.6.1.4.1.12356.101.12.2",
    "1.3.6.1.2.1.67", // RADIUS
  ],
  "programs that run and their arguments": [
    "1.3.6.1.2.1.25.1.4",
    "1.3.6.1.2.1.25.4.2",
    "1.3.6.1.2.1.25.5",
    "1.3.6.1.2.1.25.6",
    "1.3.6.1.4.1.8072.1.3.2.2",
    "1.3.6.1.4.1.2021.8",
    "1.3.6.1.4.1.77",
  ],
  "connections, routes and who talks to whom": [
    "1.3.6.1.2.1.4.21",
    "1.3.6.1.2.1.4.24",
    "1.3.6.1.2.1.6.13",
    "1.3.6.1.2.1.6.19",
    "1.3.6.1.2.1.6.20",
    "1.3.6.1.2.1.7.5",
    "1.3.6.1.2.1.7.7",
    "1.3.6.1.2.1.14", // OSPF
    "1.3.6.1.2.1.15", // BGP
    "1.3.6.1.2.1.16", // RMON
    "1.3.6.1.2.1.31.1.4", // ifRcvAddressTable
    "1.3.6.1.2.1.55.1.11",
    "1.3.6.1.2.1.80",
    "1.3.6.1.2.1.81",
    "1.3.6.1.2.1.92", // logs of notifications
    "1.3.6.1.2.1.138",
    "1.3.6.1.2.1.191",
    "1.3.6.1.2.1.17.4.3", // forwarding tables of bridges
    "1.3.6.1.2.1.17.7.1.2",
    "1.3.6.1.2.1.17.5",
    "1.3.6.1.2.1.17.7.1.3",
  ],
  "logs, configurations and passwords": [
    "1.3.6.1.4.1.9.9.41.1.2",
    "1.3.6.1.4.1.9.9.96",
    "1.3.6.1.4.1.9.9.43",
    "1.3.6.1.4.1.9.2.1.51",
    "1.3.6.1.4.1.9.9.156",
    "1.3.6.1.4.1.25506.2.4",
    "1.3.6.1.4.1.2011.6.10",
    "1.3.6.1.4.1.2011.5.25.207",
  ],
};

/** Sums within refused subtrees: they say how many, not who. */
const ALLOWED: readonly string[] = [
  "1.3.6.1.4.1.2011.5.2.1.14",
  "1.3.6.1.4.1.9.9.171.1.3.1",
  "1.3.6.1.2.1.4.24.6",
  "1.3.6.1.2.1.16.1",
  "1.3.6.1.2.1.16.19",
];

/** Texts that somebody typed in: names of devices, places, people, lines. */
const NAMES: readonly string[] = [
  "1.3.6.1.2.1.1.4", // sysContact
  "1.3.6.1.2.1.1.5", // sysName
  "1.3.6.1.2.1.1.6", // sysLocation
  "1.3.6.1.2.1.47.1.1.1.1.14", // entPhysicalAlias
  "1.3.6.1.2.1.47.1.1.1.1.15", // entPhysicalAssetID
  "1.3.6.1.2.1.25.3.8.1.3", // hrFSRemoteMountPoint
  "1.3.6.1.2.1.33.1.1.5", // upsIdentName
  "1.3.6.1.2.1.33.1.1.6", // upsIdentAttachedDevices
  "1.3.6.1.2.1.43.5.1.1.16", // prtGeneralPrinterName
  "1.3.6.1.2.1.43.5.1.1.4", // operator and service person of a printer
  "1.3.6.1.2.1.43.5.1.1.5",
  "1.3.6.1.2.1.17.7.1.4.3.1.1", // dot1qVlanStaticName
  "1.0.8802.1.1.2.1.3.3", // lldpLocSysName
  "1.0.8802.1.1.2.1.4.1.1.9", // lldpRemSysName
  "1.0.8802.1.1.2.1.4.1.1.10", // lldpRemSysDesc
  "1.3.111.2.802.1.1.13.1.4.1.1.10", // LLDP-V2
  "1.3.111.2.802.1.1.13.1.4.1.1.11",
  "1.3.6.1.4.1.9.9.23.1.2.1.1.6", // cdpCacheDeviceId
  "1.3.6.1.4.1.9.9.23.1.2.1.1.5", // cdpCacheVersion
  "1.3.6.1.4.1.9.9.23.1.2.1.1.17", // cdpCacheSysName
  "1.3.6.1.4.1.9.9.23.1.3.4", // cdpGlobalDeviceId
  "1.3.6.1.4.1.9.9.46.1.3.1.1.4", // vtpVlanName
  "1.3.6.1.4.1.9.2.1.3", // hostName
  "1.3.6.1.4.1.2011.6.139.13.3.3.1.4", // Huawei access points: name, group
  "1.3.6.1.4.1.2011.6.139.13.3.3.1.5",
  "1.3.6.1.4.1.2011.6.139.17.1.1.1.6", // SSID
  "1.3.6.1.4.1.25506.2.75.2.1.2.1.8",
  "1.3.6.1.4.1.25506.2.75.2.1.4.1.4",
  "1.3.6.1.4.1.14179.2.1.1.1.2", // Cisco SSID
  "1.3.6.1.4.1.14179.2.2.1.1.3",
  "1.3.6.1.4.1.14179.2.2.1.1.4",
];

/** Ports as the neighbour or the device describes them: kept where it is the name of an interface. */
const PORT_DESCRIPTIONS: readonly string[] = [
  "1.3.6.1.2.1.31.1.1.1.18", // ifAlias
  "1.0.8802.1.1.2.1.4.1.1.8",
  "1.0.8802.1.1.2.1.3.7.1.4",
  "1.3.111.2.802.1.1.13.1.4.1.1.9",
];

const SERIALS: readonly string[] = [
  "1.3.6.1.2.1.47.1.1.1.1.11", // entPhysicalSerialNum
  "1.3.6.1.2.1.47.1.1.1.1.18", // entPhysicalUris
  "1.3.6.1.2.1.43.5.1.1.17", // prtGeneralSerialNumber
  "1.3.6.1.4.1.9.3.6.3", // chassisId
  "1.3.6.1.4.1.2011.6.139.13.3.3.1.2",
];

/** Bitmaps of ports that may have as many octets as a MAC address. */
const BITMAPS: readonly string[] = ["1.3.6.1.2.1.17.7.1.4", "1.3.6.1.4.1.9.9.46.1"];

/** What the device is: four numbers with dots are a version there. */
const PRODUCTS: readonly string[] = [
  "1.3.6.1.2.1.1.1",
  "1.3.6.1.2.1.47.1.1.1.1.2",
  "1.3.6.1.2.1.47.1.1.1.1.8",
  "1.3.6.1.2.1.47.1.1.1.1.9",
  "1.3.6.1.2.1.47.1.1.1.1.10",
  "1.3.6.1.2.1.47.1.1.1.1.13",
];

export type TextKind = "name" | "port" | "serial" | "bitmap" | "product";

const arcsOf = (oid: string): number[] => oid.split(".").map(Number);

/** Subtree to why nobody reads it; empty where it may be read all the same. */
export function refusedSubtrees(): ArcTree<string> {
  const tree = new ArcTree<string>();
  for (const oid of ALLOWED) tree.set(arcsOf(oid), "");
  for (const [why, oids] of Object.entries(REFUSED)) for (const oid of oids) tree.set(arcsOf(oid), why);
  return tree;
}

export function textKinds(): ArcTree<TextKind> {
  const tree = new ArcTree<TextKind>();
  for (const [kind, oids] of [
    ["bitmap", BITMAPS],
    ["name", NAMES],
    ["port", PORT_DESCRIPTIONS],
    ["serial", SERIALS],
    ["product", PRODUCTS],
  ] as const)
    for (const oid of oids) tree.set(arcsOf(oid), kind);
  return tree;
}
