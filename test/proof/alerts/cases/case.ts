/**
 * What a case of an alert is: series with which it has to fire, and its healthy twin, with which it must not.
 */
import type { Platform } from '../../../../constructs/core/platform';

/** Without what is undefined, which is how TypeScript sees lists of objects with different keys. */
export type Texts = Readonly<Record<string, string | undefined>>;

export interface AlertCase {
  readonly alert: string;
  /**
   * Series → values, a minute apart; `a+bxn` counts up. After a while it fires. The labels that scraping gives every series of
   * the environment (`cluster`, `environment`; `namespace` where its rules ask for it) are put on all that do not have them.
   */
  readonly series: Texts;
  /** Undefined only for the dead-man switch, which is never silent. */
  readonly silent: Texts | undefined;
  /** When it has to fire, as Prometheus writes durations. @default '1h' */
  readonly after?: string;
  /** How often rules are evaluated; seldom, where days have to pass. @default '1m' */
  readonly every?: string;
  /** Labels by which it fires: `severity` and `component` among them, and those that its texts name. */
  readonly fires: Texts;
}

/** Where a case is tried. */
export interface Place {
  readonly environment: string;
  readonly platform: Platform;
  /** The first scrape job with that program in this environment; the program's own name where there is none. */
  readonly job: (program: string) => string;
  /** All of them, in the order of the graph. */
  readonly jobs: (program: string) => readonly string[];
}

/**
 * The cases of one file. They are made for every environment, and those are run whose alert it has; an alert may have
 * several cases.
 */
export type AlertCases = (place: Place) => readonly AlertCase[];
