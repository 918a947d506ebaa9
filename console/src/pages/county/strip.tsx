import { Mark } from "../../parts/mark.tsx";
import { useConsole } from "../../state/context.ts";
import { percent } from "../../text/format.ts";
import { nameIn } from "../../text/name.ts";
import type { LinkView } from "../../views.ts";
import { Legend } from "./wall.tsx";

const BINS = 40;
const TICKS = [0, 25, 50, 75, 100];
const LINES = [70, 90];

interface Dot {
  readonly link: LinkView;
  /** Percent of the width. */
  readonly x: number;
  /** How many marks are below it. */
  readonly level: number;
}

/** Marks stacked where their use falls, so that the shape of the county's load is seen at once. */
function stack(links: readonly LinkView[]): { dots: Dot[]; highest: number } {
  const heights = new Map<number, number>();
  const dots: Dot[] = [];
  for (const link of links) {
    if (link.use === null) continue;
    const bin = Math.min(BINS - 1, Math.floor((Math.max(0, link.use) / 100) * BINS));
    const level = heights.get(bin) ?? 0;
    heights.set(bin, level + 1);
    dots.push({ link, x: ((bin + 0.5) / BINS) * 100, level });
  }
  return { dots, highest: Math.max(1, ...heights.values()) };
}

/**
 * Links by use. The marks open a link by mouse or touch; the table below holds the same links for the
 * keyboard, so the picture itself is described in one line and left out of the order of tabs.
 */
export function Strip({ links, chosen }: { links: readonly LinkView[]; chosen: string | undefined }) {
  const { words, router, preferences } = useConsole();
  const language = preferences.language.value;
  const { county, unknown } = words.value;
  const { dots, highest } = stack(links);
  const missing = links.filter((link) => link.use === null);
  const pitch = Math.min(14, 120 / highest);
  const over = (low: number, high: number): number =>
    links.filter((link) => link.use !== null && link.use >= low && link.use < high).length;
  const dot = (link: LinkView, left: string, level: number) => (
    <a
      key={link.id}
      class={link.id === chosen ? "dot chosen" : "dot"}
      href={router.with({ link: link.id, school: null })}
      tabIndex={-1}
      title={`${nameIn(language, { name: link.schoolName, nameEn: link.schoolNameEn })} ${percent(link.use).text}`}
      style={{ left, bottom: `${level * pitch + 3}px` }}
    >
      <Mark state={link.state} />
    </a>
  );
  return (
    <section class="card">
      <header>
        <h2>{county.strip}</h2>
        <p class="quiet">{county.stripHint}</p>
        <Legend rows={links} />
      </header>
      <p class="hidden">
        {county.stripSummary(links.length, over(70, 90), over(90, Infinity), missing.length)}
      </p>
      <div class="strip" aria-hidden="true">
        <div class="strip-unknown">
          {missing.map((link, n) => dot(link, `${(n % 3) * 14 + 8}px`, Math.floor(n / 3)))}
          <span class="tick">{unknown}</span>
        </div>
        <div class="strip-plot" style={{ height: `${Math.max(72, highest * pitch + 16)}px` }}>
          {LINES.map((at) => (
            <span key={at} class="strip-line" style={{ left: `${at}%` }} />
          ))}
          {dots.map(({ link, x, level }) => dot(link, `${x}%`, level))}
          {TICKS.map((at) => (
            <span key={at} class="tick" style={{ left: `${at}%` }}>
              {at} %
            </span>
          ))}
        </div>
      </div>
    </section>
  );
}
