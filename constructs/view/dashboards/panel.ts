/**
 * What one panel is, before Grafana's SDK renders it: the question that it answers, and the queries that answer it.
 */

/** Grafana's names of the units in use. */
export type Unit =
  | 'short'
  | 'ops'
  | 'reqps'
  | 'Bps'
  | 'bytes'
  | 'decmbytes'
  | 's'
  | 'ms'
  | 'percent'
  | 'percentunit'
  | 'celsius'
  | 'watt';

export interface PromQL {
  readonly language: 'promql';
  readonly expr: string;
  readonly legend: string;
}

export type Query =
  | PromQL
  | { readonly language: 'logql'; readonly expr: string; readonly legend: string }
  | { readonly language: 'flux'; readonly query: string }
  | { readonly language: 'sql'; readonly sql: string };

export type Language = Query['language'];

export interface Panel {
  /** A graph over time, a number for each series, or a table of what is now. */
  readonly kind: 'graph' | 'stat' | 'table';
  readonly title: string;
  /** Ends with a question mark. */
  readonly question: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** What its series are about: from there it leads to the logs (and traces) of the same pod or service. */
  readonly about?: 'pod' | 'service';
  /** The alert that watches the same: where it is evaluated, the panel leads to its runbook. */
  readonly alert?: string;
  /** Whether that alert's figure is drawn: the panel then shows the very quantity that the alert compares. @default false */
  readonly showsLimit?: boolean;
  /** Dashboard on which to go on. */
  readonly next?: string;
  /** What it means that there is nothing to see. @default 'no data' */
  readonly nothing?: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What Grafana makes of the scrape interval and the width of the screen. */
export const RATE_WINDOW = '$__rate_interval';

type Look = Pick<Panel, 'about' | 'alert' | 'showsLimit' | 'next' | 'nothing'>;

export function promql(expr: string, legend: string): PromQL {
  return { language: 'promql', expr, legend };
}

export function logql(expr: string, legend: string): Query {
  return { language: 'logql', expr, legend };
}

/** ClickHouse's parameters become the plug-in's macros (source: its documentation, "Macros"), which Grafana fills in. */
export function sql(query: string): Query {
  return {
    language: 'sql',
    sql: query
      .replaceAll('{from:DateTime}', '$__fromTime')
      .replaceAll('{to:DateTime}', '$__toTime')
      .replaceAll('{limit:UInt32}', String(MOST_TRACES)),
  };
}

/** More lines than this nobody reads. */
const MOST_TRACES = 20;

/** Names what is asked, in which unit, and for what. */
type MakePanel = (
  title: string,
  unit: Unit,
  question: string,
  queries: Query | readonly Query[],
  look?: Look,
) => Panel;

function panelOf(kind: Panel['kind']): MakePanel {
  return (title, unit, question, queries, look = {}) => ({
    kind,
    title,
    unit,
    question,
    queries: 'language' in queries ? [queries] : queries,
    ...look,
  });
}

export const graph = panelOf('graph');
export const stat = panelOf('stat');
export const table = panelOf('table');

/**
 * The same, and a zero called "none" as long as there is nothing of it: while everything is well a line at zero says so, and
 * an empty panel would leave open whether anybody counts.
 */
export function orNone(queries: PromQL | readonly PromQL[]): readonly PromQL[] {
  const all = [queries].flat();
  const any = all.map(({ expr }) => expr).join(' or ');
  return [...all, promql(`vector(0) unless on () (${any})`, 'none')];
}
