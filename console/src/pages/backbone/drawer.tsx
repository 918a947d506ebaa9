import { UseBar } from "../../parts/bar.tsx";
import { Drawer, Fact } from "../../parts/drawer.tsx";
import { Mark } from "../../parts/mark.tsx";
import { Reasons } from "../../parts/reasons.tsx";
import { Spark } from "../../parts/spark.tsx";
import { AsOf, Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toLink, toSchool } from "../../state/router.ts";
import { rate } from "../../text/format.ts";
import type { BackboneLinkView } from "../../views.ts";
import { carried } from "../county/schools-table.tsx";
import { LinkState } from "./link-facts.tsx";

/** A link beside the table: why it needs somebody, its day, and the way to its page. */
export function BackboneDrawer({
  link,
  name,
  isSchool,
}: {
  link: BackboneLinkView;
  name: string;
  isSchool: boolean;
}) {
  const { words, router } = useConsole();
  const { columns, school, backbone: own } = words.value;
  return (
    <Drawer
      close={router.with({ link: null })}
      title={
        <>
          <Mark state={link.state} label />
          <Name text={name} />
        </>
      }
    >
      <p class="quiet">
        <Name text={link.name} />
      </p>
      <Reasons reasons={link.reasons} state={link.state} known={link.name} />
      <section>
        <UseBar use={link.use} state={link.state} title={carried(link)} />
        <figure class="spark-figure">
          <Spark
            series={{ quantity: "interface.in_rate", device: link.device, interface: link.interface }}
            below="interface.out_rate"
            width={360}
            height={72}
            label={`${columns.in} / ${columns.out}, ${columns.day}`}
          />
          <figcaption class="quiet">
            {school.uplinkDay} · {columns.in} {rate(link.inRate).text} · {columns.out}{" "}
            {rate(link.outRate).text}
          </figcaption>
        </figure>
      </section>
      <p class="buttons">
        <a class="button primary" href={toLink(link.id)}>
          {own.openLink}
        </a>
        {isSchool && (
          <a class="button" href={toSchool(link.school)}>
            {school.open}
          </a>
        )}
      </p>
      <LinkState link={link}>
        <Fact label={columns.fresh}>
          <AsOf at={link.at} />
        </Fact>
      </LinkState>
    </Drawer>
  );
}
