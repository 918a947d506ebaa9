/** What a site is judged by. `docs/site-audits.md` says where each number comes from. */
export interface SiteLimits {
  /** Tries of the home page over IPv6, and the share that must succeed. */
  readonly tries: number;
  readonly success: number;
  /** Likeness of the home page's text over both families. */
  readonly content: number;
  /** Share of the links of the home page, and of the pages behind them, that answer over IPv6. */
  readonly secondLevel: number;
  readonly thirdLevel: number;
  /** Links of each level that are tried at most. */
  readonly mostSecond: number;
  readonly mostThird: number;
  /** How much slower IPv6 may be, as a share of IPv4, and the difference in seconds below which both are equal. */
  readonly degradation: number;
  readonly equalBelowS: number;
}

export const SITE_LIMITS: SiteLimits = {
  tries: 20,
  success: 0.95,
  content: 0.9,
  secondLevel: 0.85,
  thirdLevel: 0.85,
  mostSecond: 20,
  mostThird: 30,
  degradation: 0.1,
  equalBelowS: 0.005,
};
