import type { UnitName } from "./units.ts";

/**
 * How a quantity behaves.
 * - gauge: a value at an instant; mean, min, max make sense.
 * - counter: a raw counter as the device keeps it, modulo 2^32 or 2^53 in float64; only differences make sense.
 * - rate: a difference divided by time, made once at the collector.
 * - state: an enumerated integer; only the last value and durations make sense.
 */
export type QuantityKind = "gauge" | "counter" | "rate" | "state";

export interface Quantity {
  /** `group.field`: the group is the store's measurement, the field its field. */
  readonly id: string;
  readonly group: string;
  readonly field: string;
  readonly kind: QuantityKind;
  readonly unit: UnitName;
  readonly meaning: string;
  /** Values outside are implausible and are stored as a status; inclusive, in `unit`. */
  readonly min?: number;
  readonly max?: number;
  /** For counters: the rate quantity made from it, and the factor (8 turns octets into bits). */
  readonly rate?: { readonly id: string; readonly factor: number };
  /** For states: value to name. */
  readonly states?: Readonly<Record<number, string>>;
  /**
   * For counters whose rows are people's devices: no row has a series. The collector adds up the differences of
   * all rows, and what tells them apart (a MAC address) goes nowhere. The sum begins at 2^32 when campusd does.
   */
  readonly total?: boolean;
  /** The kind under which `inspect` reports a reading of this quantity. */
  readonly reading?: string;
}

type Extra = Partial<Pick<Quantity, "min" | "max" | "rate" | "states" | "total" | "reading">>;

const list: Quantity[] = [];
function define(id: string, kind: QuantityKind, unit: UnitName, meaning: string, extra: Extra = {}): void {
  const dot = id.indexOf(".");
  list.push(
    Object.freeze({ id, group: id.slice(0, dot), field: id.slice(dot + 1), kind, unit, meaning, ...extra }),
  );
}
const percent = { min: 0, max: 100 };

// interface.*: tags device, interface (IF-MIB, RFC 2863)
define("interface.in_octets", "counter", "octet", "octets received", {
  rate: { id: "interface.in_rate", factor: 8 },
});
define("interface.out_octets", "counter", "octet", "octets sent", {
  rate: { id: "interface.out_rate", factor: 8 },
});
define("interface.in_rate", "rate", "bit/s", "receive rate between two polls", { min: 0 });
define("interface.out_rate", "rate", "bit/s", "send rate between two polls", { min: 0 });
define("interface.in_use", "rate", "percent", "receive rate over the line rate", percent);
define("interface.out_use", "rate", "percent", "send rate over the line rate", percent);
define("interface.in_unicast", "counter", "packet", "unicast packets received");
define("interface.out_unicast", "counter", "packet", "unicast packets sent");
define("interface.in_multicast", "counter", "packet", "multicast packets received");
define("interface.in_broadcast", "counter", "packet", "broadcast packets received");
define("interface.in_errors", "counter", "packet", "received packets with errors", {
  rate: { id: "interface.in_error_rate", factor: 1 },
});
define("interface.out_errors", "counter", "packet", "packets not sent because of errors", {
  rate: { id: "interface.out_error_rate", factor: 1 },
});
define("interface.in_error_rate", "rate", "packet/s", "received packets with errors a second", { min: 0 });
define("interface.out_error_rate", "rate", "packet/s", "packets not sent because of errors a second", {
  min: 0,
});
define("interface.in_discards", "counter", "packet", "received packets discarded", {
  rate: { id: "interface.in_discard_rate", factor: 1 },
});
define("interface.out_discards", "counter", "packet", "packets discarded before sending", {
  rate: { id: "interface.out_discard_rate", factor: 1 },
});
define("interface.in_discard_rate", "rate", "packet/s", "received packets discarded a second", { min: 0 });
define("interface.out_discard_rate", "rate", "packet/s", "packets discarded before sending a second", {
  min: 0,
});
define("interface.admin_state", "state", "state", "what the operator wants", {
  states: { 1: "up", 2: "down", 3: "testing" },
});
define("interface.oper_state", "state", "state", "what the interface is", {
  states: {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "notPresent",
    7: "lowerLayerDown",
  },
});
define("interface.speed", "gauge", "bit/s", "negotiated or nominal line rate", { min: 0 });

// ip.*: tags device, family (ipv4, ipv6), interface where per interface (IP-MIB, RFC 4293)
define("ip.in_octets", "counter", "octet", "octets in datagrams received", {
  rate: { id: "ip.in_rate", factor: 8 },
});
define("ip.out_octets", "counter", "octet", "octets in datagrams sent", {
  rate: { id: "ip.out_rate", factor: 8 },
});
define("ip.in_rate", "rate", "bit/s", "datagram receive rate between two polls", { min: 0 });
define("ip.out_rate", "rate", "bit/s", "datagram send rate between two polls", { min: 0 });
define("ip.in_receives", "counter", "packet", "datagrams received");
define("ip.in_forwarded", "counter", "packet", "datagrams received to forward");
define("ip.out_forwarded", "counter", "packet", "datagrams forwarded");
// The same, counted by the maker's own objects (HH3C-LswINF-MIB, JUNIPER-IPv6-MIB, HUAWEI-AAA-MIB): another source,
// never added to the one above.
define(
  "ip.vendor_in_octets",
  "counter",
  "octet",
  "octets received, by the maker's counters of each version",
  {
    rate: { id: "ip.vendor_in_rate", factor: 8 },
  },
);
define("ip.vendor_out_octets", "counter", "octet", "octets sent, by the maker's counters of each version", {
  rate: { id: "ip.vendor_out_rate", factor: 8 },
});
define("ip.vendor_in_rate", "rate", "bit/s", "receive rate by the maker's counters of each version", {
  min: 0,
});
define("ip.vendor_out_rate", "rate", "bit/s", "send rate by the maker's counters of each version", {
  min: 0,
});
define("ip.router_adverts", "state", "state", "whether a router advertises itself on the interface", {
  states: { 0: "no", 1: "yes" },
});
define("ip.neighbors", "gauge", "count", "entries of the ARP or ND cache", { min: 0 });

// terminals.*: tag school and its regions: counted by campusd in the neighbour caches of the school's routers, from
// local midnight on. Only numbers are kept.
define("terminals.seen", "gauge", "count", "stations seen today", { min: 0 });
define("terminals.ipv6", "gauge", "count", "stations seen today with a global IPv6 address", { min: 0 });
define("terminals.dual", "gauge", "count", "stations seen today with addresses of both families", { min: 0 });

// device.*: tag device
define("device.up", "state", "state", "whether the device answers", { states: { 0: "down", 1: "up" } });
define("device.uptime", "gauge", "s", "time since the management system started", { min: 0 });
define("device.cpu", "gauge", "percent", "processor use", { ...percent, reading: "cpu" });
define("device.memory", "gauge", "percent", "memory use", { ...percent, reading: "memory" });
define("device.load", "gauge", "load", "runnable processes", { min: 0, reading: "load" });
define("device.storage", "gauge", "percent", "storage use", { ...percent, reading: "percent" });
define("device.poll_duration", "gauge", "s", "time one poll took", { min: 0 });

// sensor.*: tags device, sensor (what a chassis, rack or room sensor reads)
define("sensor.temperature", "gauge", "degC", "temperature", { min: -60, max: 150, reading: "temperature" });
define("sensor.humidity", "gauge", "percentRH", "relative humidity", {
  min: 0,
  max: 100,
  reading: "humidity",
});
// Bounds of what a campus can have: the ends of 32-bit numbers, which agents send for no value, lie outside.
define("sensor.voltage", "gauge", "V", "voltage", { min: -100_000, max: 500_000, reading: "voltage" });
define("sensor.current", "gauge", "A", "current", { min: -20_000, max: 20_000, reading: "current" });
define("sensor.power", "gauge", "W", "power", { min: -1e7, max: 1e7, reading: "power" });
define("sensor.energy", "gauge", "kWh", "energy", { min: 0, reading: "power_consumed" });
define("sensor.power_factor", "gauge", "ratio", "power factor", { min: -1, max: 1, reading: "power_factor" });
// Up to that of light: the carriers of an optical link are at 190 THz.
define("sensor.frequency", "gauge", "Hz", "frequency", { min: 0, max: 1e15, reading: "frequency" });
define("sensor.fan_speed", "gauge", "rpm", "fan speed", { min: 0, max: 60_000, reading: "fanspeed" });
define("sensor.optical_power", "gauge", "dBm", "light or signal power that a sensor reports", {
  min: -60,
  max: 60,
  reading: "dbm",
});
define("sensor.state", "state", "state", "a state of the maker's own enumeration", { reading: "state" });
define("sensor.percent", "gauge", "percent", "a percentage", { reading: "percent" });
define("sensor.count", "gauge", "count", "a number of things", { reading: "count" });
define("sensor.quality", "gauge", "count", "a measure of quality without a unit", {
  reading: "quality_factor",
});
define("sensor.ber", "gauge", "ratio", "share of bits received wrong", { min: 0, max: 1, reading: "ber" });
define("sensor.load", "gauge", "percent", "share of a capacity that is in use", { min: 0, reading: "load" });
define("sensor.delay", "gauge", "s", "time that something takes", { min: 0, reading: "delay" });
define("sensor.signal", "gauge", "dBm", "radio signal", { min: -150, max: 30, reading: "signal" });
define("sensor.snr", "gauge", "dB", "signal over noise", { reading: "snr" });
define("sensor.cable_level", "gauge", "dBmV", "level of a signal in a television cable", {
  min: -80,
  max: 130,
  reading: "tv_signal",
});
define("sensor.bitrate", "gauge", "bit/s", "bits a second that a device counts itself", {
  min: 0,
  reading: "bitrate",
});
define("sensor.co2", "gauge", "ppm", "carbon dioxide", { min: 0, max: 20000, reading: "quality_factor" });
define("sensor.pm25", "gauge", "ug/m3", "particles up to 2.5 micrometres", { min: 0, max: 2000 });
define("sensor.illuminance", "gauge", "lux", "light", { min: 0 });
define("sensor.noise", "gauge", "dBA", "sound level", { min: 0, max: 150 });
define("sensor.pressure", "gauge", "Pa", "pressure", { reading: "pressure" });
define("sensor.occupied", "state", "state", "whether somebody is there", {
  states: { 0: "empty", 1: "occupied" },
});

// optics.*: tags device, interface, lane where there is one
define("optics.rx_power", "gauge", "dBm", "light received", { min: -45, max: 10, reading: "dbm" });
define("optics.rx_low", "gauge", "dBm", "light under which the module itself alarms", { min: -45, max: 10 });
define("optics.rx_high", "gauge", "dBm", "light over which the module itself alarms", { min: -45, max: 10 });
define("optics.tx_power", "gauge", "dBm", "light sent", { min: -45, max: 10, reading: "dbm" });
define("optics.bias", "gauge", "A", "laser bias current", { min: 0, max: 1, reading: "current" });
define("optics.temperature", "gauge", "degC", "module temperature", {
  min: -60,
  max: 150,
  reading: "temperature",
});
define("optics.dispersion", "gauge", "ps/nm", "chromatic dispersion that a receiver makes up for", {
  reading: "chromatic_dispersion",
});
define("optics.voltage", "gauge", "V", "module supply", { min: 0, max: 10, reading: "voltage" });

// poe.*: tags device, interface (POWER-ETHERNET-MIB, RFC 3621)
define("poe.budget", "gauge", "W", "power a supply may give", { min: 0, reading: "power" });
define("poe.consumption", "gauge", "W", "power a supply gives", { min: 0, reading: "power" });
define("poe.port_power", "gauge", "W", "power a port gives", { min: 0, max: 200, reading: "power" });
define("poe.port_state", "state", "state", "what a port's power supply does", {
  states: { 1: "disabled", 2: "searching", 3: "deliveringPower", 4: "fault", 5: "test", 6: "otherFault" },
});

// wifi.*: tags device (the controller), ap, radio, ssid where they apply
define("wifi.aps_known", "gauge", "count", "access points the controller is set up for", {
  min: 0,
  reading: "wireless-ap-count",
});
define("wifi.aps_online", "gauge", "count", "access points that serve now", {
  min: 0,
  reading: "wireless-ap-count",
});
define("wifi.clients", "gauge", "count", "associated stations", { min: 0, reading: "wireless-clients" });
define("wifi.ap_state", "state", "state", "whether an access point serves", {
  states: { 0: "offline", 1: "online", 2: "fault", 3: "upgrading" },
});
define("wifi.ap_clients", "gauge", "count", "stations associated with an access point", {
  min: 0,
  reading: "wireless-clients",
});
define("wifi.ap_cpu", "gauge", "percent", "processor use of an access point", { ...percent, reading: "cpu" });
define("wifi.ap_memory", "gauge", "percent", "memory use of an access point", {
  ...percent,
  reading: "memory",
});
define("wifi.ap_temperature", "gauge", "degC", "temperature of an access point", {
  min: -60,
  max: 150,
  reading: "temperature",
});
define("wifi.ap_uptime", "gauge", "s", "time since an access point started", { min: 0 });
define("wifi.radio_state", "state", "state", "whether a radio is on", { states: { 0: "down", 1: "up" } });
define("wifi.radio_channel", "gauge", "count", "channel number", {
  min: 0,
  max: 233,
  reading: "wireless-channel",
});
define("wifi.radio_use", "gauge", "percent", "share of time the channel is busy", {
  ...percent,
  reading: "wireless-utilization",
});
define(
  "wifi.radio_interference",
  "gauge",
  "percent",
  "share of time other networks hold the channel",
  percent,
);
define("wifi.radio_noise", "gauge", "dBm", "noise floor", {
  min: -130,
  max: 0,
  reading: "wireless-noise-floor",
});
define("wifi.radio_power", "gauge", "dBm", "transmit power", {
  min: -20,
  max: 70,
  reading: "wireless-power",
});
// A point-to-point radio names its receive level a power; that of an access point's stations is radio_signal.
define("wifi.radio_received", "gauge", "dBm", "power that a radio receives from the other end of its link", {
  min: -130,
  max: 10,
  reading: "wireless-power",
});
define("wifi.radio_mse", "gauge", "dB", "mean square error of what a radio receives", {
  reading: "wireless-mse",
});
define("wifi.radio_clients", "gauge", "count", "stations associated with a radio", {
  min: 0,
  reading: "wireless-clients",
});
define("wifi.radio_signal", "gauge", "dBm", "mean signal of the stations as the radio hears them", {
  min: -120,
  max: 0,
  reading: "wireless-rssi",
});

define("wifi.radio_clients_weak", "gauge", "count", "stations that a radio hears too weakly", { min: 0 });
define("wifi.station_in_octets", "counter", "octet", "octets from the stations of a controller, by version", {
  total: true,
});
define("wifi.station_out_octets", "counter", "octet", "octets to the stations of a controller, by version", {
  total: true,
});
define("wifi.radio_frequency", "gauge", "MHz", "centre of the channel", {
  min: 0,
  reading: "wireless-frequency",
});
define("wifi.radio_snr", "gauge", "dB", "signal over noise at a radio", { reading: "wireless-snr" });
define("wifi.radio_rate", "gauge", "bit/s", "rate of a radio link", { min: 0, reading: "wireless-rate" });
define("wifi.radio_errors", "gauge", "count", "frames with errors", { min: 0, reading: "wireless-errors" });
define("wifi.radio_quality", "gauge", "percent", "quality of a radio link", {
  ...percent,
  reading: "wireless-quality",
});
define("wifi.radio_ccq", "gauge", "percent", "client connection quality of a radio link", {
  min: 0,
  reading: "wireless-ccq",
});
define("wifi.radio_rssi", "gauge", "count", "signal strength on the radio's own scale", {
  min: 0,
  reading: "wireless-rssi",
});
define("wifi.radio_capacity", "gauge", "percent", "share of a radio link's capacity that can be used", {
  ...percent,
  reading: "wireless-capacity",
});
define("wifi.radio_distance", "gauge", "km", "distance of the other end", {
  min: 0,
  reading: "wireless-distance",
});

// cellular.*: tags device, interface (3GPP TS 36.214 names the measures)
define("cellular.rssi", "gauge", "dBm", "received signal strength", {
  min: -150,
  max: 0,
  reading: "wireless-rssi",
});
define("cellular.rsrp", "gauge", "dBm", "received power of the reference signal", {
  min: -200,
  max: 0,
  reading: "wireless-rsrp",
});
define("cellular.rsrq", "gauge", "dB", "received quality of the reference signal", {
  min: -60,
  max: 20,
  reading: "wireless-rsrq",
});
define("cellular.sinr", "gauge", "dB", "signal over interference and noise", { reading: "wireless-sinr" });
define("cellular.snr", "gauge", "dB", "signal over noise", { reading: "wireless-snr" });
define("cellular.channel", "gauge", "count", "channel number", { min: 0, reading: "wireless-channel" });
define("cellular.cell", "gauge", "count", "number of the cell", { min: 0, reading: "wireless-cell" });

// ups.*: tag device (UPS-MIB, RFC 1628)
define("ups.battery_state", "state", "state", "battery", {
  states: { 1: "unknown", 2: "normal", 3: "low", 4: "depleted" },
  reading: "state",
});
define("ups.charge", "gauge", "percent", "battery charge", { ...percent, reading: "charge" });
define("ups.runtime", "gauge", "s", "estimated time on battery that is left", { min: 0, reading: "runtime" });
define("ups.on_battery", "gauge", "s", "time on battery so far", { min: 0, reading: "runtime" });
define("ups.load", "gauge", "percent", "output load", { min: 0, max: 200, reading: "load" });
define("ups.output_source", "state", "state", "where the output comes from", {
  states: { 1: "other", 2: "none", 3: "normal", 4: "bypass", 5: "battery", 6: "booster", 7: "reducer" },
  reading: "state",
});

// electric.*: tags device, phase (l1, l2, l3, total)
define("electric.voltage", "gauge", "V", "phase to neutral voltage", {
  min: 0,
  max: 1000,
  reading: "voltage",
});
define("electric.current", "gauge", "A", "phase current", { min: -5000, max: 5000, reading: "current" });
define("electric.active_power", "gauge", "W", "active power; negative is export", { reading: "power" });
define("electric.reactive_power", "gauge", "var", "reactive power");
define("electric.apparent_power", "gauge", "VA", "apparent power", { reading: "power" });
define("electric.power_factor", "gauge", "ratio", "power factor", {
  min: -1,
  max: 1,
  reading: "power_factor",
});
define("electric.frequency", "gauge", "Hz", "mains frequency", { min: 0, max: 500, reading: "frequency" });
define("electric.import_energy", "gauge", "kWh", "energy taken since the meter was made", {
  min: 0,
  reading: "power_consumed",
});
define("electric.export_energy", "gauge", "kWh", "energy given since the meter was made", { min: 0 });

// board.*: tags device, room (smart boards; the canonical panel record of docs/profiles.md)
define("board.power", "state", "state", "whether the board is on", {
  states: { 0: "off", 1: "standby", 2: "on", 3: "unknown" },
});
define("board.source", "state", "state", "input that is shown", {
  states: { 0: "none", 1: "ops", 2: "android", 3: "hdmi1", 4: "hdmi2", 5: "usbc" },
});
define("board.volume", "gauge", "percent", "volume", percent);
define("board.backlight", "gauge", "percent", "backlight", percent);
define("board.temperature", "gauge", "degC", "temperature of the board", {
  min: -40,
  max: 120,
  reading: "temperature",
});
define("board.cpu", "gauge", "percent", "processor use of the board's computer", {
  ...percent,
  reading: "cpu",
});
define("board.memory", "gauge", "percent", "memory use of the board's computer", {
  ...percent,
  reading: "memory",
});
define("board.disk", "gauge", "percent", "disk use of the board's computer", percent);
define("board.usage_today", "gauge", "s", "time in use today", { min: 0, max: 86400 });
define("board.on_total", "gauge", "s", "time switched on since it was made", { min: 0 });
define("board.touch", "state", "state", "whether touch works", { states: { 0: "failed", 1: "ok" } });
define("board.faults", "gauge", "count", "faults the board reports", { min: 0 });
define("board.signal", "gauge", "dBm", "Wi-Fi signal at the board", { min: -120, max: 0, reading: "signal" });

// probe.*: tags device, family (ipv4, ipv6): made by campusd itself
define("probe.reachable", "state", "state", "whether the address answers", { states: { 0: "no", 1: "yes" } });
define("probe.rtt", "gauge", "s", "round trip time", { min: 0, max: 60, reading: "delay" });
define("probe.loss", "gauge", "percent", "probes without an answer", { ...percent, reading: "loss" });

/** The closed list, by id. A profile or a query that names another quantity is refused. */
export const QUANTITIES: ReadonlyMap<string, Quantity> = new Map(list.map((q) => [q.id, q]));

/** The quantity of that id; throws when the id is not in the list (a bug: input is checked at the edge). */
export function quantity(id: string): Quantity {
  const found = QUANTITIES.get(id);
  if (!found) throw new Error(`no such quantity: ${id}`);
  return found;
}
