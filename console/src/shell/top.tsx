import { Icon, type IconName } from "../parts/icon.tsx";
import { useConsole } from "../state/context.ts";
import type { Theme } from "../state/preferences.ts";
import { dateTimeExact } from "../text/time.ts";
import { Search } from "./search.tsx";
import { Who } from "./who.tsx";

const NEXT: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const FACE: Readonly<Record<Theme, IconName>> = { auto: "auto", light: "sun", dark: "moon" };

export function Top() {
  const { preferences, words } = useConsole();
  const { language, theme } = preferences;
  const { label, ...names } = words.value.theme;
  const said = `${label}: ${names[theme.value]}`;
  return (
    <header class="top">
      <Search />
      <Who />
      <button
        type="button"
        class="plain-button"
        lang={language.value === "zh" ? "en" : "zh-CN"}
        title={words.value.languageSwitch}
        onClick={() => {
          language.value = language.value === "zh" ? "en" : "zh";
        }}
      >
        {words.value.languageOther}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={said}
        title={said}
        onClick={() => {
          theme.value = NEXT[theme.value];
        }}
      >
        <Icon name={FACE[theme.value]} />
      </button>
    </header>
  );
}

/** Says that the numbers stand still, since when, and offers to try now. It covers nothing and moves nothing. */
export function StreamBanner() {
  const { stream, words } = useConsole();
  const { state, at, retry } = stream.value;
  if (state !== "lost" || at === null) return <div class="banner-place" role="status" />;
  return (
    <div class="banner-place" role="status">
      <p class="banner">
        <Icon name="link" />
        <span>
          {words.value.stream.lost} {words.value.stream.showing(dateTimeExact(at).slice(11))}
        </span>
        <button type="button" class="button" onClick={retry}>
          {words.value.stream.retry}
        </button>
      </p>
    </div>
  );
}
