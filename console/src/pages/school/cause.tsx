import { Mark } from "../../parts/mark.tsx";
import { AsOf, Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice, toLink } from "../../state/router.ts";
import { type Finding, findingsOf } from "../../text/cause.ts";
import { percent } from "../../text/format.ts";
import { plain } from "../../text/name.ts";
import { reasonText } from "../../text/sentence.ts";
import type { RoomView, SchoolView } from "../../views.ts";
import { term } from "../../words/term.ts";

/** Why this room is not ready: the cause first, in a sentence, then what else was looked at and is in order. */
export function Cause({ room, view }: { room: RoomView; view: SchoolView }) {
  const { words, minute: minutes } = useConsole();
  const { cause: own } = words.value;
  const findings = findingsOf(room, view);
  const found = findings.find((finding) => finding.cause);
  const minute = minutes.value;
  if (findings.length === 0) return null;
  return (
    <section class="cause">
      <h3>{own.title}</h3>
      {found && (
        <p class={`cause-first is-${found.state}`}>
          <Mark state={found.state} label />
          <span>
            <b>{own.because[found.suspect]}</b>{" "}
            <bdi>{room.reasons[0] ? reasonText(room.reasons[0], words.value, minute, room.name) : ""}</bdi>
            {others(found, findings, words.value.cause.inOrder, own.names, words.value.cause.listComma)}
          </span>
        </p>
      )}
      <ul>
        {findings.map((finding) => (
          <li key={finding.suspect} class={finding.cause ? "here" : undefined}>
            <Mark state={finding.state} label />
            <span class="cause-what">
              {own.names[finding.suspect]} <Where finding={finding} room={room} />
            </span>
            <span class="quiet">
              <Said finding={finding} room={room} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `端口、供电、上联正常`: what was ruled out, so that nobody looks there first. */
function others(
  found: Finding,
  findings: readonly Finding[],
  say: (list: string) => string,
  names: Readonly<Record<string, string>>,
  comma: string,
): string {
  if (found.suspect === "sensor" || found.state === "unknown") return "";
  const fine = findings.filter((one) => one !== found && one.state === "good" && one.suspect !== "sensor");
  return fine.length === 0 ? "" : say(fine.map((one) => names[one.suspect] ?? "").join(comma));
}

function Where({ finding, room }: { finding: Finding; room: RoomView }) {
  const { device, link, suspect } = finding;
  if (link) {
    return (
      <a href={toLink(link.id)}>
        <Name text={link.name} />
      </a>
    );
  }
  if (!device) return null;
  if (suspect === "port" && room.port) {
    return (
      <a href={toDevice(device.id, room.port.interface)}>
        <Name text={plain(room.port.interface)} />
      </a>
    );
  }
  return (
    <a href={toDevice(device.id)}>
      <Name text={device.name} />
    </a>
  );
}

function Said({ finding, room }: { finding: Finding; room: RoomView }) {
  const { words } = useConsole();
  const { device, link, suspect } = finding;
  if (link) return <>{link.use === null ? words.value.state[link.state] : percent(link.use).text}</>;
  if (suspect === "port" && room.port) {
    const { operState, power } = room.port;
    if (power !== null && power > 0) return <>{words.value.cause.draws(`${power.toFixed(1)}\u00a0W`)}</>;
    return <>{operState === null ? words.value.unknown : term(words.value.texts, operState)}</>;
  }
  return device ? <AsOf at={device.at} /> : null;
}
