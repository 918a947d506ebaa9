import { UseBar } from "../../parts/bar.tsx";
import { Drawer, Fact, Facts } from "../../parts/drawer.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Reasons } from "../../parts/reasons.tsx";
import { Spark } from "../../parts/spark.tsx";
import { AsOf, Name, Share, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice, toSchool } from "../../state/router.ts";
import { count, prefixed, rate } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import type { SchoolRow } from "../../views.ts";
import { term } from "../../words/term.ts";
import { carried } from "./schools-table.tsx";

/** `九年一贯制学校 · 乡村 · 1,204 名学生` */
export function SchoolKind({ school }: { school: SchoolRow }) {
  const { words } = useConsole();
  const parts = [term(words.value.kinds, school.kind)];
  // A site, which is no school, has none.
  if (school.setting !== "") parts.push(term(words.value.settings, school.setting));
  if (school.students !== null) parts.push(words.value.school.students(count(school.students).text));
  return <p class="quiet">{parts.join(" · ")}</p>;
}

export function SchoolDrawer({ school }: { school: SchoolRow }) {
  const { words, router, preferences } = useConsole();
  const { columns, county } = words.value;
  const { uplink } = school;
  return (
    <Drawer
      close={router.with({ school: null })}
      title={
        <>
          <Mark state={school.state} label />
          <Name text={nameIn(preferences.language.value, school)} />
        </>
      }
    >
      <SchoolKind school={school} />
      <Reasons reasons={school.reasons.slice(0, 8)} state={school.state} known={school.name} />
      {uplink && (
        <section>
          <h3>{words.value.school.uplink}</h3>
          <UseBar use={uplink.use} state={uplink.state} title={carried(uplink)} />
          <figure class="spark-figure">
            <Spark
              series={{ quantity: "interface.in_rate", device: uplink.device, interface: uplink.interface }}
              below="interface.out_rate"
              width={360}
              height={72}
              label={`${columns.uplink}, ${columns.day}`}
            />
            <figcaption class="quiet">{words.value.school.uplinkDay}</figcaption>
          </figure>
        </section>
      )}
      <Facts>
        <Fact label={columns.in}>
          <Value shown={rate(uplink?.inRate)} />
        </Fact>
        <Fact label={columns.out}>
          <Value shown={rate(uplink?.outRate)} />
        </Fact>
        <Fact label={county.rooms}>
          <Share part={school.rooms.ready} of={school.rooms.total} />
        </Fact>
        <Fact label={county.devices}>
          <Share part={school.devices.up} of={school.devices.total} />
        </Fact>
        <Fact label={columns.aps}>
          <Share part={school.aps.online} of={school.aps.known} />
        </Fact>
        <Fact label={county.clients}>
          <Value shown={count(school.clients)} />
        </Fact>
        <Fact label={columns.power}>
          <Value shown={prefixed(school.power, "W")} />
        </Fact>
        {uplink && (
          <Fact label={columns.port}>
            <a href={toDevice(uplink.device, uplink.interface)}>
              <Name text={uplink.interface} />
            </a>
          </Fact>
        )}
        <Fact label={columns.fresh}>
          <AsOf at={school.at} />
        </Fact>
      </Facts>
      <a class="button primary" href={toSchool(school.id)}>
        {words.value.school.open}
      </a>
    </Drawer>
  );
}
