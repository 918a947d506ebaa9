import { Icon, type IconName } from "../parts/icon.tsx";
import { Mark } from "../parts/mark.tsx";
import { Menu } from "../parts/menu.tsx";
import { Name, Value } from "../parts/value.tsx";
import { useConsole, useDocument } from "../state/context.ts";
import { type Route, routeOf, toRegion, toSchool } from "../state/router.ts";
import { count, digits } from "../text/format.ts";
import { nameIn } from "../text/name.ts";
import { byTrouble } from "../text/order.ts";
import type { RegionsView, SchoolsView } from "../views.ts";

/** The way down to here; each step is a link, and counties and schools can be exchanged for their siblings. */
export function Breadcrumb() {
  const { trail, words, preferences } = useConsole();
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
            <a href={toRegion(region.path)}>
              <Name text={nameIn(language, region)} />
            </a>
            {region.level === "county" && counties.length > 1 && (
              <Menu label={words.value.switchTo(words.value.levels.county)} face={null}>
                {counties.map((other) => (
                  <a
                    key={other.path}
                    href={toRegion(other.path)}
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
  const county = regions.find((region) => region.level === "county") ?? regions.at(-1);
  const home = county ? toRegion(county.path) : "/";
  const tab = query.get("tab");
  const onCounty = route.page === "county";
  const pages: Page[] = [
    { href: home, word: words.value.pages.schools, icon: "school", here: onCounty && tab !== "links" },
    {
      href: `${home}?tab=links`,
      word: words.value.pages.links,
      icon: "link",
      here: onCounty && tab === "links",
    },
  ];
  if (school) {
    const base = toSchool(school.id);
    const onSchool = route.page === "school";
    pages.push(
      { href: base, word: words.value.pages.rooms, icon: "board", here: onSchool && tab !== "devices" },
      {
        href: `${base}?tab=devices`,
        word: words.value.pages.devices,
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
