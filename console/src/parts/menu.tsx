import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useConsole } from "../state/context.ts";
import { Icon } from "./icon.tsx";

/** A button that opens a list of links; it closes on Esc, on a click elsewhere and when the address changes. */
export function Menu({
  label,
  face,
  children,
}: {
  label: string;
  face: ComponentChildren;
  children: ComponentChildren;
}) {
  const { router } = useConsole();
  const box = useRef<HTMLDetailsElement>(null);
  const place = router.place.value;
  useEffect(() => {
    box.current?.removeAttribute("open");
  }, [place]);
  useEffect(() => {
    const life = new AbortController();
    const shut = (): void => box.current?.removeAttribute("open");
    document.addEventListener(
      "click",
      (event) => {
        if (!box.current?.contains(event.target as Node)) shut();
      },
      { signal: life.signal },
    );
    box.current?.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || !box.current?.open) return;
        event.preventDefault();
        shut();
        box.current.querySelector("summary")?.focus();
      },
      { signal: life.signal },
    );
    return () => life.abort();
  }, []);
  return (
    <details class="menu" ref={box}>
      <summary aria-label={label}>
        {face}
        <Icon name="chevron" size={12} />
      </summary>
      <div class="menu-list">{children}</div>
    </details>
  );
}
