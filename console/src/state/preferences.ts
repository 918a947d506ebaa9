import { effect, type Signal, signal } from "@preact/signals";

export type Language = "zh" | "en";
export type Theme = "auto" | "light" | "dark";

export interface Preferences {
  readonly language: Signal<Language>;
  readonly theme: Signal<Theme>;
}

/** Language and theme of this reader, kept in localStorage (`campusd.lang`, `campusd.theme`). */
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
  const language = signal<Language>(read("campusd.lang") === "en" ? "en" : "zh");
  const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");
  effect(() => {
    root.lang = language.value === "zh" ? "zh-CN" : "en";
    if (read("campusd.lang") !== language.value) write("campusd.lang", language.value);
  });
  effect(() => {
    if (theme.value === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
    write("campusd.theme", theme.value);
  });
  return { language, theme };
}
