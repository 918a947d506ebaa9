import { usePolled } from "../../state/polled.ts";
import type { SchoolIpv6View, SchoolWifiView } from "../../views.ts";
import { Ladder } from "./ladder.tsx";
import { Wifi } from "./wifi.tsx";
import "../../styles/coverage.css";

/** These move with hours, not with seconds. */
const EVERY_MS = 60_000;

/** IPv6 and Wi-Fi of a school side by side; with `full` also the networks, prefixes and rooms they rest on. */
export function Network({ school, full }: { school: string; full: boolean }) {
  const id = encodeURIComponent(school);
  const ipv6 = usePolled<SchoolIpv6View>(`/schools/${id}/ipv6`, EVERY_MS, true);
  const wifi = usePolled<SchoolWifiView>(`/schools/${id}/wifi`, EVERY_MS, true);
  return (
    <div class={full ? "stack" : "columns"}>
      <Wifi answer={wifi} full={full} />
      <Ladder answer={ipv6} full={full} />
    </div>
  );
}
