import { below, compileCommon, stateNumber } from "./compile-point.ts";
import type { MqttPlan, MqttPoint, MqttTopic } from "./compiled.ts";
import type { ProblemList } from "./problems.ts";
import { durationMs, type MqttDocument, type MqttPointDocument, type MqttTopicDocument } from "./schema.ts";
import type { Place } from "./scope.ts";
import { references } from "./template.ts";

/** Compiles the plan. */
export function compileMqtt(document: MqttDocument, place: Place, problems: ProblemList): MqttPlan {
  return Object.freeze({
    topics: Object.freeze(
      document.topics.map((topic, i) => compileTopic(topic, below(place, "topics", i), problems)),
    ),
    silentAfterMs: durationMs(document.silentAfter ?? "3m"),
  });
}

function compileTopic(topic: MqttTopicDocument, place: Place, problems: ProblemList): MqttTopic {
  const say = (key: string, message: string) => problems.add(place.source, [...place.path, key], message);
  const levels = topic.topic.split("/");
  const names = levels.flatMap((level) => /^\{([A-Za-z]\w*)\}$/.exec(level)?.[1] ?? []);
  const wrong = levels.find(
    (level) => level === "" || (/[{}]/.test(level) && !/^\{[A-Za-z]\w*\}$/.test(level)),
  );
  if (wrong !== undefined) say("topic", `"${wrong}" is not a level; a level is a word or {name} as a whole`);
  if (!names.includes("device")) say("topic", "one level must be {device}: it names the inventory's device");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) say("topic", `{${twice}} stands twice`);
  const points = Object.entries(topic.points ?? {}).flatMap(([id, point]) => {
    const made = compilePoint(id, point, below(place, "points", id), problems);
    return made ? [made] : [];
  });
  if (topic.kind === "telemetry") {
    if (points.length === 0 && !topic.identity) say("kind", "a telemetry topic has points or identity");
    for (const key of ["path", "online", "offline"] as const)
      if (topic[key] !== undefined) say(key, `"${key}" belongs to a topic of kind availability`);
  } else if (topic.points) say("points", "a topic of kind availability has no points");
  return Object.freeze({
    template: topic.topic,
    kind: topic.kind,
    ...(topic.path === undefined ? {} : { path: path(topic.path) }),
    online: Object.freeze([...(topic.online ?? ["online"])]),
    offline: Object.freeze([...(topic.offline ?? ["offline"])]),
    ...(topic.time ? { time: Object.freeze({ path: path(topic.time.path), unit: topic.time.unit }) } : {}),
    points: Object.freeze(points),
    identity: Object.freeze(
      Object.entries(topic.identity ?? {}).map(([member, text]) =>
        Object.freeze([member, path(text)] as const),
      ),
    ),
  });
}

function compilePoint(
  id: string,
  point: MqttPointDocument,
  place: Place,
  problems: ProblemList,
): MqttPoint | undefined {
  const common = compileCommon(point, place, new Set(["raw"]), problems);
  if (!common) return undefined;
  for (const template of [common.label, ...common.tags.map(([, template]) => template)])
    if (references(template).length > 0)
      problems.add(
        place.source,
        place.path,
        `"${template.text}" has a field; a message has no row to take it from`,
      );
  const texts =
    point.texts &&
    new Map(
      Object.entries(point.texts).map(([word, state]) => [
        word,
        stateNumber(state, common.quantity, below(place, "texts", word), problems),
      ]),
    );
  return Object.freeze({
    id,
    quantity: common.quantity,
    path: path(point.path),
    ...(texts ? { texts } : {}),
    length: point.length ?? false,
    rule: common.rule,
    label: common.label,
    tags: common.tags,
    source: common.source,
  });
}

function path(text: string): readonly string[] {
  return Object.freeze(text.split("."));
}
