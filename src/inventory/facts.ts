/**
 * What a device says of itself, as found at `at`: facts, not samples. The members are those of the
 * DeviceSnapshot that `campusd inspect --json` prints; what the device does not tell is absent.
 */
export interface DeviceFacts {
  /** The inventory's device id (inspect: the target). */
  readonly device: string;
  /** UTC ms. */
  readonly at: number;
  readonly identity: Identity;
  readonly interfaces: readonly InterfaceFact[];
  readonly addresses: readonly AddressFact[];
  readonly hosts: readonly HostFact[];
  readonly neighbors: readonly NeighborFact[];
  readonly vlans: readonly VlanFact[];
  readonly entities: readonly EntityFact[];
  readonly aps: readonly ApFact[];
}

export interface Identity {
  readonly sysObjectID?: string;
  readonly sysName?: string;
  readonly sysDescr?: string;
  readonly sysLocation?: string;
  /** snmpEngineID in hex. */
  readonly engineId?: string;
  /** The device profile that matched. */
  readonly profile?: string;
  readonly vendor?: string;
  readonly os?: string;
  readonly model?: string;
  readonly version?: string;
  readonly serial?: string;
}

export interface InterfaceFact {
  readonly ifIndex: number;
  /** ifName. */
  readonly name?: string;
  /** ifDescr. */
  readonly descr?: string;
  readonly alias?: string;
  /** IANAifType name, `ethernetCsmacd`. */
  readonly type?: string;
  /** Octets. */
  readonly mtu?: number;
  /** bit/s. */
  readonly speed?: number;
  /** `00:11:22:aa:bb:cc`. */
  readonly mac?: string;
  /** up, down, testing. */
  readonly adminStatus?: string;
  /** IF-MIB name of ifOperStatus. */
  readonly operStatus?: string;
  /** ifIndex of the bundle (IEEE 802.3ad) that it is a member of: its octets are among the bundle's. */
  readonly bundle?: number;
  /** The value of the series tag `interface`: unique within the device and stable over renumbering. */
  readonly key: string;
}

export interface AddressFact {
  /** IPv4 or RFC 5952 IPv6. */
  readonly address: string;
  readonly prefixLength?: number;
  readonly ifIndex?: number;
}

/** An entry of the ARP or IPv6 neighbour cache. */
export interface HostFact {
  readonly address: string;
  readonly mac: string;
  readonly ifIndex?: number;
}

export interface NeighborFact {
  /** lldp, cdp ... */
  readonly protocol: string;
  readonly ifIndex?: number;
  readonly remoteName?: string;
  readonly remotePort?: string;
  readonly remoteChassis?: string;
  readonly remoteAddress?: string;
}

export interface VlanFact {
  readonly id: number;
  readonly name?: string;
}

/** A row of entPhysicalTable. */
export interface EntityFact {
  readonly index: number;
  readonly class?: string;
  readonly name?: string;
  readonly descr?: string;
  readonly containedIn?: number;
  readonly model?: string;
  readonly serial?: string;
  readonly software?: string;
  readonly manufacturer?: string;
}

/** An access point as its controller knows it. */
export interface ApFact {
  /** The value of the series tag `ap`: the AP's name, or its MAC or serial where it has none. */
  readonly key: string;
  readonly name?: string;
  readonly mac?: string;
  readonly serial?: string;
  readonly model?: string;
  readonly version?: string;
  readonly address?: string;
  readonly address6?: string;
  readonly location?: string;
}
