import { effect, type Signal, signal } from "@preact/signals";

export type Language = "zh" | "en";
export type Theme = "auto" | "light" | "dark";

/** Whom a reader works for: decides the first page. A county's engineer, a school's IT, a province's staff. */
export const ROLES = ["county", "school", "province"] as const;
export type Role = (typeof ROLES)[number];
export const isRole = (text: unknown): text is Role => ROLES.includes(text as Role);

/** Where a reader of this role was last: a region's path, for a school its id. */
export type Places = { readonly [R in Role]?: string };

export interface Preferences {
  readonly language: Signal<Language>;
  readonly theme: Signal<Theme>;
  readonly role: Signal<Role | null>;
  readonly places: Signal<Places>;
}

/**
 * Language, theme, role and last places of this reader, kept in localStorage (`campusd.lang`, `campusd.theme`,
 * `campusd.role`, `campusd.places`). What is stored there is checked like any other input.
 */
export function createPreferences(storage: Storage | undefined, root: HTMLElement): Preferences {
  const read = (key: string): string | null => {
    try {
      return storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  };
  const write = (key: string, value: string): void => {
    try {
      storage?.setItem(key, value);
    } catch {
      // Storage is full or refused: the choice lasts as long as the page.
    }
  };
  const stored = read("campusd.theme");
  const known = read("campusd.role");
  const language = signal<Language>(read("campusd.lang") === "en" ? "en" : "zh");
  const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");
  const role = signal<Role | null>(isRole(known) ? known : null);
  const places = signal<Places>(placesOf(read("campusd.places")));
  effect(() => {
    root.lang = language.value === "zh" ? "zh-CN" : "en";
    if (read("campusd.lang") !== language.value) write("campusd.lang", language.value);
  });
  effect(() => {
    if (theme.value === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
    write("campusd.theme", theme.value);
  });
  effect(() => {
    if (role.value !== null) write("campusd.role", role.value);
  });
  effect(() => {
    if (Object.keys(places.value).length > 0) write("campusd.places", JSON.stringify(places.value));
  });
  return { language, theme, role, places };
}

function placesOf(text: string | null): Places {
  try {
    const found = JSON.parse(text ?? "{}") as Record<string, unknown> | null;
    return Object.fromEntries(
      ROLES.flatMap((role) => (typeof found?.[role] === "string" ? [[role, found[role]]] : [])),
    );
  } catch {
    return {};
  }
}
