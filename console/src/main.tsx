import { computed, signal } from "@preact/signals";
import { render } from "preact";
import { Shell } from "./shell/shell.tsx";
import { createClient } from "./state/client.ts";
import { type Console, ConsoleContext, type Trail } from "./state/context.ts";
import { createPreferences } from "./state/preferences.ts";
import { createRouter } from "./state/router.ts";
import type { Health } from "./views.ts";
import { en } from "./words/en.ts";
import { zh } from "./words/zh.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/answers.css";
import "./styles/narrow.css";

const HEALTH_MS = 10_000;

/** Makes the parts, opens them for the life of the page, and renders. */
function start(root: HTMLElement): void {
  const life = new AbortController();
  const client = createClient((input, init) => fetch(input, init));
  const router = createRouter(window);
  const preferences = createPreferences(storage(), document.documentElement);
  const clock = signal(Date.now());
  const skew = signal(0);
  const now = computed(() => clock.value + skew.value);
  const health = signal<Health | undefined>(undefined);
  const console: Console = {
    client,
    router,
    preferences,
    words: computed(() => (preferences.language.value === "zh" ? zh : en)),
    now,
    minute: computed(() => Math.floor(now.value / 60_000) * 60_000),
    health,
    trail: signal<Trail>({ regions: [] }),
    stream: signal({ state: "connecting", at: null, retry: () => {} }),
    onServerTime(at) {
      // Only a wrong clock is corrected, not the jitter of the network.
      const next = at - Date.now();
      if (Math.abs(next - skew.peek()) > 2_000) skew.value = next;
    },
  };
  const askHealth = (): void => {
    client.get<Health>("/health", life.signal).then(
      (found) => {
        health.value = found;
      },
      () => {},
    );
  };
  router.open(life.signal);
  setInterval(() => {
    clock.value = Date.now();
  }, 1_000);
  setInterval(askHealth, HEALTH_MS);
  askHealth();
  render(
    <ConsoleContext.Provider value={console}>
      <Shell />
    </ConsoleContext.Provider>,
    root,
  );
}

function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

start(document.getElementById("app")!);
