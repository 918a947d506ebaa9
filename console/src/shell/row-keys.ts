import { useEffect } from "preact/hooks";

const ROWS = "main tbody .row-link";

/**
 * `j` and `k` go to the next and the last row of the page's tables from anywhere but a field; the arrows do so from
 * a row. Enter opens a row, because a row's head is a link.
 */
export function useRowKeys(): void {
  useEffect(() => {
    const life = new AbortController();
    document.addEventListener(
      "keydown",
      (event) => {
        const target = event.target as HTMLElement;
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
          return;
        if (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName)) return;
        const onRow = target.matches(ROWS);
        const step =
          event.key === "j" || (onRow && event.key === "ArrowDown")
            ? 1
            : event.key === "k" || (onRow && event.key === "ArrowUp")
              ? -1
              : 0;
        if (step === 0) return;
        const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
        const at = rows.indexOf(target);
        const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
        if (!next) return;
        event.preventDefault();
        next.focus();
      },
      { signal: life.signal },
    );
    return () => life.abort();
  }, []);
}
