import type { ComponentChildren } from "preact";
import { Fact, Facts } from "../../parts/drawer.tsx";
import { Name } from "../../parts/value.tsx";
import { useConsole } from "../../state/context.ts";
import type { DeviceView } from "../../views.ts";
import { term } from "../../words/term.ts";

/** What it is, in words a person uses; identifiers of the protocols are one click deeper. */
export function Identity({ view }: { view: DeviceView }) {
  const { words } = useConsole();
  const { device: own, columns, protocols } = words.value;
  const { identity, device } = view;
  const row = (label: string, text: string | null | undefined): ComponentChildren =>
    text ? (
      <Fact label={label}>
        <Name text={text} />
      </Fact>
    ) : null;
  return (
    <section class="card padded">
      <header>
        <h2>{words.value.details}</h2>
      </header>
      <Facts>
        {row(
          columns.model,
          [identity.vendor ?? device.vendor, identity.model ?? device.model].filter(Boolean).join(" "),
        )}
        {row(own.version, identity.version)}
        {row(own.serial, identity.serial)}
        {row(own.address, device.addresses.join(", "))}
        {row(columns.room, device.roomName)}
        {row(own.protocol, device.protocol === "none" ? null : term(protocols, device.protocol))}
      </Facts>
      <details class="fold">
        <summary>{own.raw}</summary>
        <Facts>
          {row(own.id, device.id)}
          {row(own.os, identity.os)}
          {row(own.profile, identity.profile)}
          {row("sysName", identity.sysName)}
          {row("sysObjectID", identity.sysObjectID)}
          {row("sysDescr", identity.sysDescr)}
        </Facts>
      </details>
    </section>
  );
}
