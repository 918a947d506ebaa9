import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useConsole } from "../state/context.ts";
import { Icon } from "./icon.tsx";

/**
 * Details beside the page. It is no modal: the page stays in reach, and choosing another row changes what the
 * drawer shows. Esc closes it and gives the focus back to what opened it.
 */
export function Drawer({
  title,
  close,
  children,
}: {
  title: ComponentChildren;
  close: string;
  children: ComponentChildren;
}) {
  const { router, words } = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const life = new AbortController();
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) router.go(close);
      },
      { signal: life.signal },
    );
    return () => life.abort();
  }, [close]);
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <header>
        <h2 id="drawer-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <a class="icon-button" href={close} aria-label={words.value.close} title={words.value.close}>
          <Icon name="close" />
        </a>
      </header>
      <div class="drawer-body">{children}</div>
    </aside>
  );
}

/** Pairs of a word and what it is. */
export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
