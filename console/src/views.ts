/** The shapes the API answers with: types only, nothing of the server reaches the bundle. */

export type {
  BackboneLinkView,
  BackboneView,
  ForecastView,
  LinkPageView,
  NodeView,
  OpticView,
  PercentileView,
} from "../../src/api/schemas/backbone.ts";
export type {
  CountyView,
  DeviceRow,
  DeviceView,
  EventsView,
  EventView,
  Health,
  InterfaceView,
  LinkView,
  QuantitiesView,
  ReadingView,
  Reason,
  RegionsView,
  RegionView,
  RoomView,
  SchoolRow,
  SchoolsView,
  SchoolView,
  SearchView,
  SeriesView,
  State,
} from "../../src/api/schemas/campus.ts";
export type { CoverageView, SchoolIpv6View, SchoolWifiView } from "../../src/api/schemas/coverage.ts";
export type { EvidenceView, ShareView } from "../../src/api/schemas/evidence.ts";
export type { SiteAuditPageView, SiteAuditsView, SiteAuditView } from "../../src/api/schemas/site-audits.ts";
export type {
  TallyView,
  TargetEvidenceView,
  TargetPageView,
  TargetRow,
  TargetsView,
  VerdictView,
} from "../../src/api/schemas/targets.ts";
