import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { Name } from "../parts/value.tsx";
import { useConsole } from "../state/context.ts";
import { toDevice, toRegion, toSchool } from "../state/router.ts";
import { nameIn } from "../text/name.ts";
import type { SearchView } from "../views.ts";
import { term } from "../words/term.ts";
import type { Words } from "../words/zh.ts";

type Hit = SearchView["hits"][number];

/** A room's id is its path, `school/building/room`. */
function hrefOf(hit: Hit): string {
  switch (hit.kind) {
    case "region":
      return toRegion(hit.path);
    case "school":
      return toSchool(hit.id);
    case "device":
      return toDevice(hit.id);
    case "room":
      return toSchool(hit.id.split("/")[0] ?? hit.id, hit.id);
  }
}

/** The API joins role, school and address by dots; role and level are codes that have words. */
const detailOf = (hit: Hit, words: Words): string =>
  hit.detail
    .split(" · ")
    .map((part) => term(words.roles, term(words.levels, part)))
    .join(" · ");

const WAIT_MS = 150;

/** Finds schools, rooms and devices by name, address, MAC or serial. `/` goes to it from anywhere. */
export function Search() {
  const { client, router, words, preferences } = useConsole();
  const language = preferences.language.value;
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const query = useSignal("");
  const hits = useSignal<readonly Hit[] | null>(null);
  const failed = useSignal(false);
  const open = useSignal(false);
  const at = useSignal(0);

  useEffect(() => {
    const life = new AbortController();
    document.addEventListener(
      "keydown",
      (event) => {
        const target = event.target as HTMLElement;
        const typing = target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
        if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        input.current?.focus();
        input.current?.select();
      },
      { signal: life.signal },
    );
    return () => life.abort();
  }, []);

  const text = query.value.trim();
  useEffect(() => {
    hits.value = null;
    failed.value = false;
    at.value = 0;
    if (!text) return;
    const life = new AbortController();
    const timer = setTimeout(() => {
      client.get<SearchView>(`/search?q=${encodeURIComponent(text)}`, life.signal).then(
        (found) => {
          hits.value = found.hits;
        },
        () => {
          failed.value = !life.signal.aborted;
        },
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      life.abort();
    };
  }, [text]);

  const list = hits.value ?? [];
  const leave = (): void => {
    open.value = false;
    query.value = "";
    input.current?.blur();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.length > 0) at.value = (at.value + step + list.length) % list.length;
    } else if (event.key === "Enter") {
      const hit = list[at.value];
      if (!hit) return;
      event.preventDefault();
      leave();
      router.go(hrefOf(hit));
    }
  };
  const shown = open.value && text !== "";
  const status = failed.value
    ? words.value.search.failed
    : hits.value === null
      ? words.value.loading
      : list.length === 0
        ? words.value.search.none(text)
        : words.value.search.count(list.length);
  return (
    <search class="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        maxLength={120}
        aria-label={words.value.search.label}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && list.length > 0 ? `${id}-${at.value}` : undefined}
        placeholder={words.value.search.placeholder}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          open.value = true;
        }}
        onFocus={() => {
          open.value = true;
        }}
        onBlur={() => {
          open.value = false;
        }}
        onKeyDown={onKeyDown}
      />
      <span class="key-hint" aria-hidden="true">
        /
      </span>
      <div class={shown ? "search-list" : "search-list closed"}>
        <p class={list.length > 0 ? "hidden" : "quiet"} role="status">
          {shown ? status : ""}
        </p>
        <div id={`${id}-list`} role="listbox" aria-label={words.value.search.label} tabIndex={-1}>
          {shown &&
            list.map((hit, n) => (
              <a
                key={`${hit.kind} ${hit.id}`}
                id={`${id}-${n}`}
                role="option"
                tabIndex={-1}
                aria-selected={n === at.value}
                href={hrefOf(hit)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={leave}
                onMouseEnter={() => {
                  at.value = n;
                }}
              >
                <span class="kind">{words.value.search.kinds[hit.kind]}</span>
                <Name text={nameIn(language, hit)} />
                <span class="quiet">
                  <Name text={detailOf(hit, words.value)} />
                </span>
              </a>
            ))}
        </div>
      </div>
    </search>
  );
}
