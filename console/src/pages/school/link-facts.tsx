import { UseBar } from "../../parts/bar.tsx";
import { Fact, Facts } from "../../parts/drawer.tsx";
import { Spark } from "../../parts/spark.tsx";
import { AsOf, Name, Value } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { toDevice } from "../../state/router.ts";
import { rate, speed } from "../../text/format.ts";
import type { LinkView } from "../../views.ts";
import { term } from "../../words/term.ts";
import { carried } from "../county/schools-table.tsx";

/** What one link carries. */
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
