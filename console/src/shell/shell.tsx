import { useEffect, useRef } from "preact/hooks";
import { CountyPage } from "../pages/county/page.tsx";
import { DevicePage } from "../pages/device/page.tsx";
import { HomePage } from "../pages/home.tsx";
import { SchoolPage } from "../pages/school/page.tsx";
import { Lazy } from "../parts/lazy.tsx";
import { Missing } from "../parts/notice.tsx";
import { useConsole } from "../state/context.ts";
import { routeOf } from "../state/router.ts";
import { Brand, Breadcrumb, Pages, ServerLine, SimulatedBadge } from "./rail.tsx";
import { useRowKeys } from "./row-keys.ts";
import { StreamBanner, Top } from "./top.tsx";

/** The frame around each page: rail to the left, search on top, the page, the banner. */
export function Shell() {
  const { router, words } = useConsole();
  const { path } = router.place.value;
  useRowKeys();
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {words.value.skip}
      </a>
      <div class="rail">
        <div class="rail-head">
          <Brand />
          <SimulatedBadge />
        </div>
        <Breadcrumb />
        <Pages />
        <ServerLine />
      </div>
      <Top />
      <main id="main" tabIndex={-1} ref={main}>
        <Page />
      </main>
      <StreamBanner />
    </div>
  );
}

function Page() {
  const { router } = useConsole();
  const route = routeOf(router.place.value.path);
  switch (route.page) {
    case "home":
      return <HomePage />;
    case "county":
      return <CountyPage key={route.path} path={route.path} />;
    case "backbone":
      return (
        <Lazy
          key="backbone"
          load={() => import("../pages/backbone/page.tsx").then((file) => file.BackbonePage)}
          render={(Found) => <Found key={route.path} path={route.path} />}
        />
      );
    case "link":
      return (
        <Lazy
          key="link"
          load={() => import("../pages/link/page.tsx").then((file) => file.LinkPage)}
          render={(Found) => <Found key={route.id} id={route.id} />}
        />
      );
    case "targets":
      return (
        <Lazy
          key="targets"
          load={() => import("../pages/targets/page.tsx").then((file) => file.TargetsPage)}
          render={(Found) => <Found key={route.path} path={route.path} />}
        />
      );
    case "series":
      return (
        <Lazy
          key="series"
          load={() => import("../pages/series/page.tsx").then((file) => file.SeriesPage)}
          render={(Found) => <Found />}
        />
      );
    case "school":
      return <SchoolPage key={route.id} id={route.id} />;
    case "device":
      return <DevicePage key={route.id} id={route.id} />;
    case "missing":
      return <Missing />;
  }
}
