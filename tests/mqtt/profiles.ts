import type { DeviceAssignment } from "../../src/collection/contract.ts";
import { quantity } from "../../src/measurements/quantities.ts";
import type { CompiledProfile, MqttPoint, MqttTopic } from "../../src/profiles/compiled.ts";
import { boundedRule, constant, deviceTags } from "../modbus/harness.ts";

export function point(
  id: string,
  quantityId: string,
  path: string,
  extra: Partial<Pick<MqttPoint, "texts" | "length" | "rule">> = {},
): MqttPoint {
  return {
    id,
    quantity: quantity(quantityId),
    path: path.split("."),
    length: false,
    rule: boundedRule(quantityId),
    label: constant(id),
    tags: [],
    source: { text: "test", line: 1 },
    ...extra,
  };
}

const BASE = "edu/{province}/{city}/{county}/{school}/{room}/{device}";

export function topic(extra: Partial<MqttTopic> = {}): MqttTopic {
  return {
    template: `${BASE}/telemetry`,
    kind: "telemetry",
    online: ["online"],
    offline: ["offline"],
    points: [],
    identity: [],
    ...extra,
  };
}

export function profile(topics: readonly MqttTopic[], silentAfterMs = 180_000): CompiledProfile {
  return {
    id: "test-board",
    title: { zh: "测试", en: "test" },
    vendor: "Test",
    os: "test",
    role: "board",
    file: "test-board.yaml",
    match: [],
    mqtt: { topics, silentAfterMs },
  };
}

/** A board after the canonical panel record: telemetry with its own time, and availability. */
export const BOARD = profile([
  topic({
    time: { path: ["ts"], unit: "s" },
    points: [
      point("power", "board.power", "power", {
        texts: new Map([
          ["off", 0],
          ["standby", 1],
          ["on", 2],
        ]),
      }),
      point("temperature", "board.temperature", "temp_c"),
      point("cpu", "board.cpu", "ops.cpu_pct"),
      point("faults", "board.faults", "fault", { length: true }),
    ],
    identity: [
      ["model", ["model"]],
      ["version", ["fw"]],
    ],
  }),
  topic({ template: `${BASE}/state`, kind: "availability" }),
]);

/** The same without a time of its own. */
export const PLAIN = profile([topic({ points: [point("temperature", "board.temperature", "temp_c")] })]);

export function board(device: string, what: CompiledProfile = BOARD, school = "school-1"): DeviceAssignment {
  return {
    device,
    tags: { ...deviceTags(device, school), role: "board" },
    endpoint: { address: "127.0.0.1", port: 1883 },
    addresses: [],
    credential: { protocol: "none" },
    profile: what,
  };
}

export function topicOf(device: string, kind = "telemetry", school = "school-1"): string {
  return `edu/51/5101/510182/${school}/room-1/${device}/${kind}`;
}
