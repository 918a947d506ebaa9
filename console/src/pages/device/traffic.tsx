import { useMemo } from "preact/hooks";
import { PortTraffic } from "../../charts/port-traffic.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import { plain } from "../../text/name.ts";
import { portState } from "../../text/order.ts";
import type { InterfaceView } from "../../views.ts";

/** The busiest port that is up: the one a reader most likely came for. */
function busiest(interfaces: readonly InterfaceView[]): InterfaceView | undefined {
  const rate = (port: InterfaceView): number => Math.max(port.inRate ?? 0, port.outRate ?? 0);
  return [...interfaces].sort(
    (a, b) => Number(portState(b) !== "off") - Number(portState(a) !== "off") || rate(b) - rate(a),
  )[0];
}

/** Traffic of the chosen port, which is in the address. */
export function Traffic({ device, interfaces }: { device: string; interfaces: readonly InterfaceView[] }) {
  const { router, words } = useConsole();
  const wanted = router.place.value.query.get("if");
  const fallback = useMemo(() => busiest(interfaces)?.key, [device]);
  const port = interfaces.find((one) => one.key === (wanted ?? fallback)) ?? busiest(interfaces);
  if (!port) return null;
  return (
    <PortTraffic
      device={device}
      port={port.key}
      name={plain(port.name)}
      capacity={port.speed}
      asked={wanted}
      title={
        <>
          {words.value.device.traffic} <Name text={port.name} />
        </>
      }
      hint={port.alias && <Name text={port.alias} />}
    />
  );
}
