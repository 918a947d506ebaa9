import { useEffect } from "preact/hooks";
import { type Trail, useConsole } from "../state/context.ts";

/** Says where the page stands: in the breadcrumb and in the title of the window. */
export function usePlace(title: string, trail: Trail | undefined): void {
  const console = useConsole();
  useEffect(() => {
    document.title = title ? `${title} · campusd` : "campusd";
  }, [title]);
  const key = trail && JSON.stringify(trail);
  useEffect(() => {
    if (trail) console.trail.value = trail;
  }, [key]);
}
