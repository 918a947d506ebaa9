import { useEffect } from "preact/hooks";
import { Failed, Skeleton, Welcome } from "../parts/notice.tsx";
import { useConsole, useDocument } from "../state/context.ts";
import { isRole, type Places, ROLES, type Role } from "../state/preferences.ts";
import { toBackbone, toRegion, toSchool, toTargets } from "../state/router.ts";
import type { RegionsView, RegionView, SchoolsView } from "../views.ts";
import { CountyPage } from "./county/page.tsx";

/** The first page: by role once a reader has said it, until then the overview with one line that asks. */
export function HomePage() {
  const { router, preferences } = useConsole();
  const asked = router.place.value.query.get("as");
  const role = isRole(asked) ? asked : preferences.role.value;
  useEffect(() => {
    if (isRole(asked)) preferences.role.value = asked;
  }, [asked]);
  if (role !== null) return <First key={role} role={role} />;
  return (
    <>
      <WhoAreYou />
      <CountyPage path={null} />
    </>
  );
}

/** One calm line. Whoever does not answer loses nothing: the overview is below it. */
function WhoAreYou() {
  const { words } = useConsole();
  const { who } = words.value;
  return (
    <nav class="who-are-you" aria-label={who.ask}>
      <span>{who.ask}</span>
      {ROLES.map((role) => (
        <a key={role} href={`/?as=${role}`}>
          <b>{who.names[role]}</b>
          <span>{who.leads[role]}</span>
        </a>
      ))}
    </nav>
  );
}

/** The county where most schools are, unless the reader was in one before. */
function countyOf(regions: readonly RegionView[], places: Places): RegionView | undefined {
  const counties = regions.filter((region) => region.level === "county");
  return (
    counties.find((region) => region.path === places.county) ??
    counties.reduce<RegionView | undefined>(
      (most, one) => (most === undefined || one.schools > most.schools ? one : most),
      undefined,
    ) ??
    regions.at(-1)
  );
}

/** Finds the address of a role's first page and goes there; the address says the role too, so it can be sent on. */
function First({ role }: { role: Role }) {
  const { router, preferences } = useConsole();
  const places = preferences.places.value;
  const answer = useDocument<RegionsView>("/regions");
  const regions = answer.value?.regions;
  const county = regions && countyOf(regions, places);
  const known = role === "school" ? places.school : undefined;
  const schools = useDocument<SchoolsView>(
    role === "school" && known === undefined && county
      ? `/schools?region=${encodeURIComponent(county.path)}`
      : null,
  );
  const list = schools.value?.schools;
  const province = regions?.find((region) => region.path === places.province) ?? regions?.[0];
  const href =
    role === "school"
      ? known !== undefined
        ? toSchool(known)
        : list && county
          ? list.length === 1
            ? toSchool(list[0]!.id)
            : toRegion(county.path)
          : undefined
      : role === "county"
        ? county && toBackbone(county.path)
        : province && toTargets(province.path);
  useEffect(() => {
    if (href !== undefined) router.go(`${href}?as=${role}`, "replace");
  }, [href]);
  const failure = answer.failure ?? schools.failure;
  if (failure) {
    return (
      <Failed
        failure={failure}
        retry={() => {
          answer.retry();
          schools.retry();
        }}
      />
    );
  }
  return regions?.length === 0 ? <Welcome /> : <Skeleton tiles={20} />;
}
