import { type ReadonlySignal, signal } from "@preact/signals";

/** Where the reader is; the address holds everything: region, range, filters, the open drawer. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Router {
  readonly place: ReadonlySignal<Place>;
  /** Goes to an address of this console, `/school/x?room=...`. */
  go(href: string, how?: "push" | "replace"): void;
  /** The present address with these query members set, or taken away where null. */
  with(changes: Readonly<Record<string, string | null>>): string;
  /** Follows the browser's history and takes over clicks on links until the signal aborts. */
  open(until: AbortSignal): void;
}

export function createRouter(window: Window): Router {
  const read = (): Place => ({
    path: window.location.pathname,
    query: new URLSearchParams(window.location.search),
  });
  const place = signal<Place>(read());

  function go(href: string, how: "push" | "replace" = "push"): void {
    const before = window.location.pathname;
    if (how === "push") window.history.pushState(null, "", href);
    else window.history.replaceState(null, "", href);
    place.value = read();
    if (place.value.path !== before) window.scrollTo(0, 0);
  }

  function onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const link = event.composedPath().find((el) => el instanceof HTMLAnchorElement);
    if (!link || link.target || link.hasAttribute("download")) return;
    if (link.origin !== window.location.origin || link.pathname.startsWith("/api/")) return;
    if (link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    const href = link.pathname + link.search;
    if (href !== window.location.pathname + window.location.search) go(href);
  }

  return {
    place,
    go,
    with(changes) {
      const query = new URLSearchParams(place.value.query);
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) query.delete(key);
        else query.set(key, value);
      }
      // Slashes are legal in a query; left as they are, an address stays readable.
      const text = query.toString().replaceAll("%2F", "/");
      return place.value.path + (text ? `?${text}` : "");
    },
    open(until) {
      window.addEventListener("popstate", () => (place.value = read()), { signal: until });
      window.document.addEventListener("click", onClick, { signal: until });
    },
  };
}

const segments = (path: string) => path.split("/").map(encodeURIComponent).join("/");

export const toRegion = (path: string): string => `/region/${segments(path)}`;
export const toSchool = (id: string, room?: string): string =>
  `/school/${encodeURIComponent(id)}${room ? `?room=${segments(room)}` : ""}`;
export const toDevice = (id: string, iface?: string): string =>
  `/device/${encodeURIComponent(id)}${iface ? `?if=${encodeURIComponent(iface)}` : ""}`;

export const toBackbone = (path: string): string => `/backbone/${segments(path)}`;
export const toLink = (id: string): string => `/link/${encodeURIComponent(id)}`;
/** The targets of a region; with a target its page, with a school the evidence of its verdict. */
export const toTargets = (path: string, target?: string | null): string =>
  `/targets/${segments(path)}${target ? `?target=${segments(target)}` : ""}`;
/** The raw samples of one series: its quantity, tags and time as `GET /api/v1/series` takes them. */
export const toSeries = (query: Readonly<Record<string, string>>): string =>
  `/series?${new URLSearchParams(query)}`;

export type Route =
  | { readonly page: "home" }
  | { readonly page: "county"; readonly path: string }
  | { readonly page: "backbone"; readonly path: string }
  | { readonly page: "link"; readonly id: string }
  | { readonly page: "targets"; readonly path: string }
  | { readonly page: "series" }
  | { readonly page: "school"; readonly id: string }
  | { readonly page: "device"; readonly id: string }
  | { readonly page: "missing" };

/** The page an address names. A broken percent escape is a page that is not there, never an exception. */
export function routeOf(path: string): Route {
  let parts: string[];
  try {
    parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return { page: "missing" };
  }
  const [first, ...rest] = parts;
  if (first === undefined) return { page: "home" };
  if (rest.length > 0) {
    const path = rest.join("/");
    if (first === "region") return { page: "county", path };
    if (first === "backbone") return { page: "backbone", path };
    if (first === "targets") return { page: "targets", path };
  }
  if (first === "series" && rest.length === 0) return { page: "series" };
  if (first === "link" && rest.length === 1) return { page: "link", id: rest[0]! };
  if (first === "school" && rest.length === 1) return { page: "school", id: rest[0]! };
  if (first === "device" && rest.length === 1) return { page: "device", id: rest[0]! };
  return { page: "missing" };
}
