import { useSignal } from "@preact/signals";
import type { ComponentType, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Failed, Skeleton } from "./notice.tsx";

interface Props<P> {
  /** Loads the page's own file; the browser keeps what it has loaded. */
  readonly load: () => Promise<ComponentType<P>>;
  readonly render: (Page: ComponentType<P>) => VNode;
  /** Stands in its place meanwhile; a page's bones unless told. */
  readonly bones?: VNode;
}

/** A page whose code comes when it is first opened, so that the first view stays small. */
export function Lazy<P>({ load, render, bones }: Props<P>) {
  const page = useRef<ComponentType<P> | undefined>(undefined);
  const state = useSignal<"loading" | "ready" | "failed">("loading");
  useEffect(() => {
    let gone = false;
    load().then(
      (found) => {
        if (gone) return;
        page.current = found;
        state.value = "ready";
      },
      () => {
        if (!gone) state.value = "failed";
      },
    );
    return () => {
      gone = true;
    };
  }, []);
  if (state.value === "failed") {
    // A file that is gone means that the console was replaced meanwhile: only a reload brings the new one.
    return (
      <Failed
        failure={{ code: "offline", message: "", remedy: "", id: "", status: 0 }}
        retry={() => location.reload()}
      />
    );
  }
  if (state.value === "ready" && page.current) return render(page.current);
  return bones ?? <Skeleton tiles={20} />;
}
