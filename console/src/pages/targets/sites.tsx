import { Mark } from "../../parts/mark.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Moment, Name } from "../../parts/value.tsx";
import { useConsole, useDocument } from "../../state/context.ts";
import { NOTHING, seconds } from "../../text/format.ts";
import { plain } from "../../text/name.ts";
import type { SiteAuditsView, SiteAuditView, State } from "../../views.ts";
import { term } from "../../words/term.ts";

type Row = SiteAuditsView["sites"][number];

const stateOf = (verdict: SiteAuditView["verdict"] | undefined): State =>
  verdict === "ready" ? "good" : verdict === "partly" ? "watch" : verdict === "not-ready" ? "bad" : "unknown";

/** Web sites over IPv6, where they are audited; a server that audits none shows nothing here. */
export function Sites({ region }: { region: string }) {
  const { words } = useConsole();
  const { sites: own, columns } = words.value;
  const sites = useDocument<SiteAuditsView>(`/site-audits?region=${encodeURIComponent(region)}`).value?.sites;
  if (!sites || sites.length === 0) return null;
  const first = ({ audit }: Row, family: "ipv4" | "ipv6"): string => {
    const { dns = null, tcp = null, firstByte = null } = audit?.latency[family] ?? {};
    if (firstByte === null) return NOTHING;
    return seconds((dns ?? 0) + (tcp ?? 0) + firstByte, words.value).text;
  };
  const list: Column<Row>[] = [
    {
      key: "domain",
      head: own.domain,
      class: "main",
      cell: (row) => (
        <>
          <Mark state={stateOf(row.audit?.verdict)} label /> <Name text={row.domain} />
          {row.owner && (
            <span class="why">
              <Name text={row.owner} />
            </span>
          )}
        </>
      ),
    },
    {
      key: "verdict",
      head: columns.state,
      class: "short",
      cell: (row) => own.verdicts[row.audit?.verdict ?? "unknown"],
    },
    {
      key: "checks",
      head: own.checks,
      cell: (row) => (
        <ul class="site-checks">
          {(row.audit?.checks ?? []).map((check) => (
            <li key={check.check} title={check.detail === null ? undefined : plain(check.detail)}>
              <Mark state={check.met === null ? "unknown" : check.met ? "good" : "bad"} label small />
              {term(own.checkNames, check.check)}
            </li>
          ))}
        </ul>
      ),
    },
    { key: "v4", head: own.first("IPv4"), number: true, cell: (row) => first(row, "ipv4") },
    { key: "v6", head: own.first("IPv6"), number: true, cell: (row) => first(row, "ipv6") },
    { key: "at", head: own.audited, class: "short", cell: (row) => <Moment at={row.audit?.at ?? null} /> },
  ];
  return (
    <section class="card">
      <header>
        <h2>{own.title}</h2>
        <p class="quiet">{own.hint}</p>
      </header>
      <Table caption={own.title} columns={list} rows={sites} keyOf={(row) => row.domain} />
    </section>
  );
}
