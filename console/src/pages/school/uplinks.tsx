import { Mark } from "../../parts/mark.tsx";
import { Quiet } from "../../parts/notice.tsx";
import { Name } from "../../parts/value.tsx";
import { useWords } from "../../state/context.ts";
import { toLink } from "../../state/router.ts";
import { byTrouble, useSteadyOrder } from "../../text/order.ts";
import type { LinkView } from "../../views.ts";
import { LinkFacts } from "./link-facts.tsx";

/** A school has one uplink, sometimes a second: each with its day. Links within the school are in the table of ports. */
export function Uplinks({ links }: { links: readonly LinkView[] }) {
  const words = useWords();
  const up = links.filter((link) => link.role === "uplink" || link.role === "backup-uplink");
  const ordered = useSteadyOrder(
    up,
    (link) => link.id,
    byTrouble,
    (link) => link.state,
  );
  return (
    <section class="card">
      <header>
        <h2>{words.school.uplinks}</h2>
      </header>
      {ordered.length === 0 && <Quiet>{words.school.noUplink}</Quiet>}
      <div class="uplinks">
        {ordered.map((link) => (
          <div key={link.id} class="uplink">
            <h3>
              <Mark state={link.state} label />
              <a href={toLink(link.id)}>
                <Name text={link.name} />
              </a>
            </h3>
            <LinkFacts link={link} />
          </div>
        ))}
      </div>
    </section>
  );
}
