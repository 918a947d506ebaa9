import { Icon, type IconName } from "../parts/icon.tsx";
import { Mark } from "../parts/mark.tsx";
import { Menu } from "../parts/menu.tsx";
import { Name, Value } from "../parts/value.tsx";
import { useConsole, useDocument } from "../state/context.ts";
import { type Route, routeOf, toBackbone, toRegion, toSchool, toTargets } from "../state/router.ts";
import { count, digits } from "../text/format.ts";
import { nameIn } from "../text/name.ts";
import { byTrouble } from "../text/order.ts";
import type { RegionsView, SchoolsView } from "../views.ts";

/** A region's address on the page that is open: whoever looks at targets stays with them, one level up. */
function useRegionHref(): (path: string) => string {
  const { router } = useConsole();
  const { path, query } = router.place.value;
  const route = routeOf(path);
  if (route.page === "targets") return (region) => toTargets(region, query.get("target"));
  if (route.page === "backbone" || route.page === "link") return toBackbone;
  return toRegion;
}

/** The way down to here; each step is a link, and counties and schools can be exchanged for their siblings. */
export function Breadcrumb() {
  const { trail, words, preferences } = useConsole();
  const hrefOf = useRegionHref();
  const { regions, school, device } = trail.value;
  const language = preferences.language.value;
  const county = regions.find((region) => region.level === "county");
  const all = useDocument<RegionsView>("/regions").value?.regions ?? [];
  const siblings = useDocument<SchoolsView>(
    school && county ? `/schools?region=${encodeURIComponent(county.path)}` : null,
  ).value?.schools;
  const counties = all.filter((region) => region.level === "county");
  return (
    <nav class="crumbs" aria-label={words.value.place}>
      <ol>
        {regions.map((region) => (
          <li key={region.path} class={`crumb at-${region.level}`}>
            <a href={hrefOf(region.path)}>
              <Name text={nameIn(language, region)} />
            </a>
            {region.level === "county" && counties.length > 1 && (
              <Menu label={words.value.switchTo(words.value.levels.county)} face={null}>
                {counties.map((other) => (
                  <a
                    key={other.path}
                    href={hrefOf(other.path)}
                    aria-current={other.path === region.path ? "true" : undefined}
                  >
                    <Name text={nameIn(language, other)} />
                    <span class="quiet">{other.schools}</span>
                  </a>
                ))}
              </Menu>
            )}
          </li>
        ))}
        {school && (
          <li class="crumb at-school">
            <a href={toSchool(school.id)}>
              <Name text={nameIn(language, school)} />
            </a>
            {siblings && siblings.length > 1 && (
              <Menu label={words.value.switchTo(words.value.levels.school)} face={null}>
                {[...siblings].sort(byTrouble).map((other) => (
                  <a
                    key={other.id}
                    href={toSchool(other.id)}
                    aria-current={other.id === school.id ? "true" : undefined}
                  >
                    <Mark state={other.state} label />
                    <Name text={nameIn(language, other)} />
                  </a>
                ))}
              </Menu>
            )}
          </li>
        )}
        {device && (
          <li class="crumb at-device" aria-current="page">
            <Name text={device.name} />
          </li>
        )}
      </ol>
    </nav>
  );
}

interface Page {
  readonly href: string;
  readonly word: string;
  readonly icon: IconName;
  readonly here: boolean;
}

function usePages(route: Route): Page[] {
  const { router, trail, words } = useConsole();
  const { query } = router.place.value;
  const { regions, school } = trail.value;
  const region = regions.at(-1)?.path;
  const tab = query.get("tab");
  const { pages: names } = words.value;
  const pages: Page[] = [
    {
      href: region === undefined ? "/" : toRegion(region),
      word: names.schools,
      icon: "school",
      here: route.page === "county" || route.page === "home",
    },
  ];
  if (region !== undefined) {
    pages.push(
      {
        href: toBackbone(region),
        word: names.backbone,
        icon: "link",
        here: route.page === "backbone" || route.page === "link",
      },
      { href: toTargets(region), word: names.targets, icon: "target", here: route.page === "targets" },
    );
  }
  if (school) {
    const base = toSchool(school.id);
    const onSchool = route.page === "school";
    pages.push(
      { href: base, word: names.rooms, icon: "board", here: onSchool && tab === null },
      {
        href: `${base}?tab=network`,
        word: names.network,
        icon: "ap",
        here: onSchool && tab === "network",
      },
      {
        href: `${base}?tab=devices`,
        word: names.devices,
        icon: "device",
        here: (onSchool && tab === "devices") || route.page === "device",
      },
    );
  }
  return pages;
}

export function Pages() {
  const { router, words } = useConsole();
  const pages = usePages(routeOf(router.place.value.path));
  return (
    <nav class="pages" aria-label={words.value.navigation}>
      {pages.map((page) => (
        <a key={page.href} href={page.href} aria-current={page.here ? "page" : undefined}>
          <Icon name={page.icon} />
          {page.word}
        </a>
      ))}
    </nav>
  );
}

export function Brand() {
  const { words } = useConsole();
  return (
    <a class="brand" href="/">
      <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" />
        <path d="M6 14 16 8l10 6M9 15v9h14v-9" />
        <circle cx="16" cy="19" r="2.6" />
      </svg>
      <span>
        campusd
        <small>{words.value.name}</small>
      </span>
    </a>
  );
}

export function SimulatedBadge() {
  const { health, words } = useConsole();
  if (!health.value?.simulated) return null;
  return (
    <span class="badge" title={words.value.simulatedWhy}>
      {words.value.simulated}
    </span>
  );
}

/** What the server itself does, at the foot of the rail. */
export function ServerLine() {
  const { health, words } = useConsole();
  const now = health.value;
  if (!now) return null;
  const trouble =
    now.status === "starting"
      ? words.value.serverStarting
      : now.status === "degraded" || !now.store.healthy
        ? words.value.serverDegraded
        : null;
  return (
    <p class="server-line" title={now.store.reason}>
      {trouble && (
        <span class="is-watch">
          <Mark state="watch" small /> {trouble}
        </span>
      )}
      <span>{words.value.serverLine(count(now.devices.total).text, digits(now.samples.perSecond))}</span>
      <Value shown={{ text: `campusd ${now.version}`, exact: undefined }} />
    </p>
  );
}
