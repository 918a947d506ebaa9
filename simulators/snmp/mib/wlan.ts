import { type AccessPoint, AP, CONTROLLER, type Controller, RADIO, SSIDS } from "../../behaviour/wifi.ts";
import { text6 } from "../../world/addresses.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import { OCTETS64 } from "../table.ts";

const GLOBAL = arcs("1.3.6.1.4.1.2011.6.139.12.1");
const AP_ENTRY = arcs("1.3.6.1.4.1.2011.6.139.13.3.3.1");
const RADIO_ENTRY = arcs("1.3.6.1.4.1.2011.6.139.16.1.2.1");
const VAP_ENTRY = arcs("1.3.6.1.4.1.2011.6.139.17.1.1.1");
const SSID_ENTRY = arcs("1.3.6.1.4.1.2011.6.139.17.1.2.1");

/** How campusd's profile reads hwWlanApRunState: 8 normal is online (1), 4 fault is fault (2). */
const AP_STATE_OF: Readonly<Record<number, number>> = { 8: 1, 4: 2 };

/**
 * HUAWEI-WLAN-GLOBAL-MIB, -AP-MIB, -AP-RADIO-MIB and -VAP-MIB. A lost AP keeps its row and loses its radios; one
 * that the controller hides or does not know (at the second `at`) has nothing at all.
 */
export function addWlan(b: AgentBuilder, wifi: Controller, at: number): void {
  b.integer(GLOBAL, [1, 2, 0], 256);
  b.live(GLOBAL, [2, 1, 0], TAG.gauge32, wifi, CONTROLLER.online);
  b.live(GLOBAL, [2, 2, 0], TAG.gauge32, wifi, CONTROLLER.clients);
  b.live(GLOBAL, [2, 3, 0], TAG.gauge32, wifi, CONTROLLER.clients);
  b.live(GLOBAL, [2, 5, 0], TAG.gauge32, wifi, CONTROLLER.clients24);
  b.live(GLOBAL, [2, 6, 0], TAG.gauge32, wifi, CONTROLLER.clients5);
  b.live(GLOBAL, [2, 8, 0], TAG.gauge32, wifi, CONTROLLER.upKbps);
  b.live(GLOBAL, [2, 9, 0], TAG.gauge32, wifi, CONTROLLER.downKbps);
  b.live(GLOBAL, [5, 1, 0], TAG.gauge32, wifi, CONTROLLER.normalRatio);
  b.live(GLOBAL, [5, 6, 0], TAG.gauge32, wifi, CONTROLLER.online);
  b.live(GLOBAL, [5, 7, 0], TAG.gauge32, wifi, CONTROLLER.known);
  b.truth("wifi.aps_online", {}, wifi, CONTROLLER.online);
  b.truth("wifi.aps_known", {}, wifi, CONTROLLER.known);
  b.truth("wifi.clients", {}, wifi, CONTROLLER.clients);
  for (const ap of wifi.aps) {
    if (!ap.listed(at)) continue;
    addAccessPoint(b, ap);
  }
  const perSsid = [
    [CONTROLLER.ssid1of24, CONTROLLER.ssid1of5],
    [CONTROLLER.ssid2of24, CONTROLLER.ssid2of5],
  ] as const;
  for (const [i, ssid] of SSIDS.entries()) {
    const index = [ssid.length, ...Buffer.from(ssid)];
    b.live(SSID_ENTRY, [2, ...index], TAG.integer, wifi, perSsid[i]![0]);
    b.live(SSID_ENTRY, [3, ...index], TAG.integer, wifi, perSsid[i]![1]);
    b.live(SSID_ENTRY, [4, ...index], TAG.integer, wifi, CONTROLLER.online);
    b.truth("wifi.clients", { ssid, radio: "2.4G" }, wifi, perSsid[i]![0]);
    b.truth("wifi.clients", { ssid, radio: "5G" }, wifi, perSsid[i]![1]);
  }
}

/** An access point and its radios as the controller's tables have them. */
export function addAccessPoint(b: AgentBuilder, ap: AccessPoint): void {
  addAp(b, ap);
  addRadios(b, ap);
}

function addAp(b: AgentBuilder, ap: AccessPoint): void {
  const { plan } = ap;
  const at = (column: number) => [column, ...plan.mac];
  b.text(AP_ENTRY, at(2), plan.serial);
  b.text(AP_ENTRY, at(3), plan.model);
  b.text(AP_ENTRY, at(4), plan.name);
  b.text(AP_ENTRY, at(5), "default");
  b.live(AP_ENTRY, at(6), TAG.integer, ap, AP.runState);
  b.text(AP_ENTRY, at(7), plan.version);
  b.ip(AP_ENTRY, at(13), plan.offline ? Uint8Array.of(255, 255, 255, 255) : plan.address);
  b.live(AP_ENTRY, at(18), TAG.gauge32, ap, AP.runTime);
  b.live(AP_ENTRY, at(21), TAG.gauge32, ap, AP.onlineTime);
  b.text(AP_ENTRY, at(28), plan.offline ? "" : text6(plan.address6));
  b.live(AP_ENTRY, at(40), TAG.integer, ap, AP.memory);
  b.live(AP_ENTRY, at(41), TAG.integer, ap, AP.cpu);
  b.live(AP_ENTRY, at(43), TAG.integer, ap, AP.temperature);
  b.live(AP_ENTRY, at(44), TAG.integer, ap, AP.clients);
  b.integer(AP_ENTRY, at(50), 1000);
  b.live(AP_ENTRY, at(58), OCTETS64, ap, AP.airUp);
  b.live(AP_ENTRY, at(59), OCTETS64, ap, AP.airDown);
  b.live(AP_ENTRY, at(60), OCTETS64, ap, AP.wireDown);
  b.live(AP_ENTRY, at(61), OCTETS64, ap, AP.wireUp);
  const tags = { ap: plan.name };
  b.truthOf("wifi.ap_state", tags, (second) => AP_STATE_OF[ap.value(AP.runState, second)]!);
  b.truth("wifi.ap_clients", tags, ap, AP.clients);
  b.truth("wifi.ap_cpu", tags, ap, AP.cpu);
  b.truth("wifi.ap_memory", tags, ap, AP.memory);
  if (!plan.offline) b.truth("wifi.ap_temperature", tags, ap, AP.temperature);
  b.truth("wifi.ap_uptime", tags, ap, AP.runTime, 0.01);
}

function addRadios(b: AgentBuilder, ap: AccessPoint): void {
  const { mac, name } = ap.plan;
  for (const radio of ap.radios) {
    const at = (column: number) => [column, ...mac, radio.index];
    b.text(RADIO_ENTRY, at(3), name);
    b.live(RADIO_ENTRY, at(5), TAG.integer, radio, RADIO.frequencyType);
    b.live(RADIO_ENTRY, at(6), TAG.integer, radio, RADIO.state);
    b.live(RADIO_ENTRY, at(7), TAG.gauge32, radio, RADIO.channel);
    b.live(RADIO_ENTRY, at(9), TAG.gauge32, radio, RADIO.power);
    b.live(RADIO_ENTRY, at(10), TAG.integer, radio, RADIO.bandwidth);
    b.text(RADIO_ENTRY, at(20), mac);
    b.integer(RADIO_ENTRY, at(23), 1, TAG.gauge32);
    b.live(RADIO_ENTRY, at(24), TAG.integer, radio, RADIO.noise);
    b.live(RADIO_ENTRY, at(25), TAG.gauge32, radio, RADIO.use);
    b.live(RADIO_ENTRY, at(26), TAG.gauge32, radio, RADIO.free);
    b.live(RADIO_ENTRY, at(29), TAG.gauge32, radio, RADIO.interference);
    b.live(RADIO_ENTRY, at(31), TAG.counter64, radio, RADIO.rxBytes);
    b.live(RADIO_ENTRY, at(36), TAG.counter64, radio, RADIO.txBytes);
    b.live(RADIO_ENTRY, at(40), TAG.gauge32, radio, RADIO.clients);
    b.live(RADIO_ENTRY, at(41), TAG.integer, radio, RADIO.signal);
    b.live(RADIO_ENTRY, at(45), TAG.gauge32, radio, RADIO.power);
    const tags = { ap: name, radio: String(radio.index) };
    b.truth("wifi.radio_state", tags, radio, RADIO.state);
    b.truth("wifi.radio_channel", tags, radio, RADIO.channel);
    b.truth("wifi.radio_power", tags, radio, RADIO.power);
    b.truth("wifi.radio_noise", tags, radio, RADIO.noise);
    b.truth("wifi.radio_use", tags, radio, RADIO.use);
    b.truth("wifi.radio_interference", tags, radio, RADIO.interference);
    b.truth("wifi.radio_clients", tags, radio, RADIO.clients);
    b.truth("wifi.radio_signal", tags, radio, RADIO.signal);
    for (const [i, ssid] of SSIDS.entries()) {
      const vap = (column: number) => [column, ...mac, radio.index, i + 1];
      const bssid = mac.slice();
      bssid[5] = (bssid[5]! + radio.index * 16 + i) & 0xff;
      b.text(VAP_ENTRY, vap(4), ssid);
      b.text(VAP_ENTRY, vap(5), bssid);
      b.text(VAP_ENTRY, vap(6), ssid);
      b.text(VAP_ENTRY, vap(7), name);
      b.live(VAP_ENTRY, vap(9), TAG.integer, radio, i === 0 ? RADIO.vap1 : RADIO.vap2);
      b.integer(VAP_ENTRY, vap(10), 1);
    }
  }
}
