import type { Board } from "../behaviour/board.ts";
import type { Meter } from "../behaviour/meter.ts";
import type { Port } from "../behaviour/port.ts";
import type { RoomSensor } from "../behaviour/room.ts";
import type { AccessPoint, Controller } from "../behaviour/wifi.ts";
import type { Source } from "../snmp/table.ts";
import type { SchoolName } from "./names.ts";
import type { Ipv6Story, Story } from "./story.ts";

export type RoomType =
  | "classroom"
  | "laboratory"
  | "computer-room"
  | "multimedia"
  | "library"
  | "office"
  | "canteen"
  | "machine-room";

export interface Room {
  readonly id: string;
  readonly building: string;
  readonly name: string;
  readonly type: RoomType;
  readonly floor: number;
  readonly seats: number;
}

export interface Building {
  readonly id: string;
  readonly name: string;
  readonly rooms: readonly Room[];
}

/** What a device is made of, by kind. */
export type Body =
  | { readonly kind: "switch"; readonly switch: SwitchBody }
  | {
      readonly kind: "controller";
      readonly switch: SwitchBody;
      readonly wifi: Controller;
      /** UTC second as of which it names its access points. */
      readonly anchor: number;
    }
  | { readonly kind: "ap"; readonly ap: AccessPoint }
  | { readonly kind: "ups"; readonly identity: SystemIdentity; readonly ups: Source }
  | {
      readonly kind: "server";
      readonly identity: SystemIdentity;
      readonly server: Source;
      readonly ports: readonly Port[];
    }
  | { readonly kind: "gateway" }
  | { readonly kind: "board"; readonly board: Board }
  | { readonly kind: "meter"; readonly meter: Meter }
  | { readonly kind: "room-sensor"; readonly sensor: RoomSensor };

/** The MIB-II system group and the SNMP engine. */
export interface SystemIdentity {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  readonly sysName: string;
  readonly sysLocation: string;
  readonly services: number;
  readonly engineId: Uint8Array;
  readonly engineBoots: number;
  /** UTC seconds when the management system started. */
  readonly since: number;
}

export type Family = "vrp" | "comware" | "ruijie";

export interface SwitchBody {
  readonly family: Family;
  readonly identity: SystemIdentity;
  readonly chassisName: string;
  readonly model: string;
  readonly serial: string;
  readonly version: string;
  readonly mac: Uint8Array;
  readonly ports: readonly Port[];
  /** Fields of CHASSIS. */
  readonly chassis: Source;
  /** One for each port with an optic, by ifIndex; fields of OPTIC. */
  readonly optics: ReadonlyMap<number, Source>;
  /** Fields of POE, by ifIndex; and the supply as a whole. */
  readonly poe?: { readonly ports: ReadonlyMap<number, Source>; readonly supply: Source };
  readonly neighbors: readonly Neighbor[];
  readonly addresses: readonly Address[];
  readonly hosts: readonly Host[];
  readonly vlans: readonly Vlan[];
  /** Ports whose IPv4 and IPv6 octets are counted apart; the first is the uplink that routes. */
  readonly routed: readonly Port[];
  /** How they are counted; see `Ipv6Story`. */
  readonly counters: Ipv6Story["counters"];
  /** ifIndex of the interfaces on which it advertises itself as a router. */
  readonly advertised: readonly number[];
}

export interface Neighbor {
  readonly ifIndex: number;
  readonly chassis: Uint8Array;
  readonly portId: string;
  readonly portDescr: string;
  readonly sysName: string;
  readonly sysDescr: string;
  /** Management address, IPv4. */
  readonly address: string;
}

export interface Address {
  readonly ifIndex: number;
  /** 4 or 16 octets. */
  readonly octets: Uint8Array;
  readonly prefixLength: number;
}

export interface Host {
  readonly ifIndex: number;
  readonly octets: Uint8Array;
  readonly mac: Uint8Array;
}

export interface Vlan {
  readonly id: number;
  readonly name: string;
}

export interface WorldDevice {
  readonly id: string;
  readonly school: string;
  readonly role: string;
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly protocol: "snmp" | "modbus" | "mqtt" | "probe" | "none";
  /** Where it is to listen; a Modbus device: its gateway. */
  readonly address?: string;
  /** For IPv6-polled devices that share ::1: how far their port lies from the first. */
  readonly portOffset?: number;
  readonly unit?: number;
  readonly building?: string;
  readonly room?: string;
  readonly serves?: readonly string[];
  readonly parent?: string;
  readonly apName?: string;
  readonly installed: string;
  /** It does not answer or publish: a fault of the scenario. */
  readonly silent: boolean;
  readonly body: Body;
}

export interface WorldLink {
  readonly id: string;
  readonly name: string;
  readonly role: "uplink" | "backup-uplink" | "backbone";
  readonly device: string;
  readonly interface: string;
  readonly to: string;
  readonly carrier: string;
  readonly contractedMbps: number;
  /** The cable or duct it lies in: what lies in one fails together. */
  readonly duct: string;
}

/** A place of the network that is no school. */
export interface WorldSite {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  readonly kind: "node";
  readonly buildings: readonly Building[];
  readonly devices: readonly WorldDevice[];
  readonly links: readonly WorldLink[];
}

export interface School extends SchoolName {
  readonly index: number;
  readonly students: number;
  readonly classes: number;
  readonly buildings: readonly Building[];
  readonly devices: readonly WorldDevice[];
  readonly links: readonly WorldLink[];
  readonly story: Story;
}
