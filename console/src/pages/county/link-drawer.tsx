import { UseBar } from "../../parts/bar.tsx";
import { Drawer, Fact, Facts } from "../../parts/drawer.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Reasons } from "../../parts/reasons.tsx";
import { Spark } from "../../parts/spark.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice, toSchool } from "../../state/router.ts";
import { rate, speed } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import type { LinkView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { carried } from "./schools-table.tsx";

/** What one link carries: used here and on a school's page. */
export function LinkFacts({ link }: { link: LinkView }) {
  const { words } = useConsole();
  const { columns, linkRoles, school } = words.value;
  return (
    <>
      <UseBar use={link.use} state={link.state} title={carried(link)} />
      <figure class="spark-figure">
        <Spark
          series={{ quantity: "interface.in_rate", device: link.device, interface: link.interface }}
          below="interface.out_rate"
          width={360}
          height={72}
          label={`${columns.in} / ${columns.out}, ${columns.day}`}
        />
        <figcaption class="quiet">{school.uplinkDay}</figcaption>
      </figure>
      <Facts>
        <Fact label={columns.in}>
          <Value shown={rate(link.inRate)} />
        </Fact>
        <Fact label={columns.out}>
          <Value shown={rate(link.outRate)} />
        </Fact>
        <Fact label={columns.capacity}>
          <Value shown={speed(link.capacity)} />
        </Fact>
        <Fact label={columns.role}>{term(linkRoles, link.role)}</Fact>
        <Fact label={columns.carrier}>{link.carrier ? <Name text={link.carrier} /> : "–"}</Fact>
        <Fact label={columns.port}>
          <a href={toDevice(link.device, link.interface)}>
            <Name text={link.interface} />
          </a>
        </Fact>
        <Fact label={columns.fresh}>
          <AsOf at={link.at} />
        </Fact>
      </Facts>
    </>
  );
}

export function LinkDrawer({ link }: { link: LinkView }) {
  const { words, router, preferences } = useConsole();
  const school = nameIn(preferences.language.value, { name: link.schoolName, nameEn: link.schoolNameEn });
  return (
    <Drawer
      close={router.with({ link: null })}
      title={
        <>
          <Mark state={link.state} label />
          <Name text={link.name} />
        </>
      }
    >
      <p class="quiet">
        <Name text={school} />
      </p>
      <Reasons reasons={link.reasons} state={link.state} known={link.name} />
      <LinkFacts link={link} />
      <a class="button primary" href={toSchool(link.school)}>
        {words.value.school.open}
      </a>
    </Drawer>
  );
}
