/**
 * What no type says of dashboards: that identifiers are unique, panels lie beside each other, and whatever is referred to
 * (a data source, another dashboard, a variable) is there.
 */

interface Reference {
  readonly type?: string;
  readonly uid?: string;
}

interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface LinkLike {
  readonly title: string;
  readonly url?: string;
}

export interface PanelLike {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly datasource?: Reference;
  readonly targets?: readonly {
    readonly refId: string;
    readonly datasource?: Reference;
    readonly expr?: string;
    readonly query?: string;
    readonly rawSql?: string;
    readonly legendFormat?: string;
    readonly instant?: boolean;
  }[];
  readonly links?: readonly LinkLike[];
  readonly fieldConfig?: { readonly defaults: { readonly links?: readonly LinkLike[] } };
}

export interface DashboardLike {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelLike[];
  readonly templating?: {
    readonly list?: readonly { readonly name: string; readonly datasource?: Reference }[];
  };
}

/** What Grafana limits an identifier to. */
const UID = /^[a-zA-Z0-9_-]{1,40}$/;
const GRID_WIDTH = 24;
/** `${name}` and `$name`; `$$` and Grafana's own, which begin with two underscores, are none of the dashboard's. */
const VARIABLE = /\$\{?(?!_)([a-zA-Z]\w*)/g;

/** @returns a line for each mistake in one file */
export function mistakesInDashboard(dashboard: DashboardLike): readonly string[] {
  const { uid, panels, templating } = dashboard;
  const variables = new Set((templating?.list ?? []).map(({ name }) => name));
  return [
    ...(UID.test(uid) ? [] : [`${uid} is no identifier for Grafana: at most 40 of letters, digits, - and _`]),
    ...repeated(panels.map(({ id }) => id)).map((id) => `two panels have the number ${id}`),
    ...panels.flatMap(({ title, gridPos: { x, w } }) =>
      x >= 0 && w > 0 && x + w <= GRID_WIDTH ? [] : [`"${title}" lies beside the grid`],
    ),
    ...panels.flatMap((panel, index) =>
      panels
        .slice(index + 1)
        .filter((other) => overlap(panel.gridPos, other.gridPos))
        .map((other) => `"${panel.title}" and "${other.title}" lie over each other`),
    ),
    ...panels.flatMap((panel) => mistakesInPanel(panel, variables)),
  ];
}

/**
 * @param sources identifiers of the data sources that are provisioned, each with its type
 * @returns a line for each reference between the files of one Grafana to something that is not there
 */
export function brokenReferences(
  dashboards: readonly DashboardLike[],
  sources: ReadonlyMap<string, string>,
): readonly string[] {
  const uids = dashboards.map(({ uid }) => uid);
  return [
    ...repeated(uids).map((uid) => `two dashboards are called ${uid}`),
    ...dashboards.flatMap((dashboard) =>
      linksOf(dashboard)
        .map(({ url = '' }) => /^\/d\/([\w-]+)/.exec(url)?.[1])
        .filter((uid) => uid !== undefined && !uids.includes(uid))
        .map((uid) => `${dashboard.uid}: there is no dashboard ${uid ?? ''}`),
    ),
    ...dashboards.flatMap((dashboard) =>
      referencesOf(dashboard)
        .filter(({ uid = '', type }) => sources.get(uid) !== type)
        .map(({ uid = '', type = '' }) => `${dashboard.uid}: there is no data source ${uid} of type ${type}`),
    ),
  ];
}

function mistakesInPanel(panel: PanelLike, variables: ReadonlySet<string>): readonly string[] {
  if (panel.type === 'row') return [];
  const { title, description = '', targets = [] } = panel;
  const texts = targets.flatMap(({ expr = '', rawSql = '' }) => [expr, rawSql]);
  return [
    ...(description.endsWith('?') ? [] : [`"${title}" says no question`]),
    ...(targets.length === 0 ? [`"${title}" asks nothing`] : []),
    ...repeated(targets.map(({ refId }) => refId)).map((refId) => `"${title}" has two queries ${refId}`),
    ...texts
      .flatMap((text) => [...text.matchAll(VARIABLE)])
      .filter(([, name = '']) => !variables.has(name))
      .map(([, name = '']) => `"${title}": there is no variable ${name}`),
  ];
}

function overlap(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Of panels, their queries, links into Explore, and variables. */
function referencesOf(dashboard: DashboardLike): readonly Reference[] {
  const { panels, templating } = dashboard;
  return [
    ...panels.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((target) => target.datasource),
    ]),
    ...(templating?.list ?? []).map(({ datasource }) => datasource),
    ...linksOf(dashboard).flatMap(({ url = '' }) => exploreSources(url)),
  ].filter((reference): reference is Reference => reference !== undefined);
}

function linksOf({ panels }: DashboardLike): readonly LinkLike[] {
  return panels.flatMap(({ links = [], fieldConfig }) => [...links, ...(fieldConfig?.defaults.links ?? [])]);
}

function exploreSources(url: string): readonly Reference[] {
  const panes = /[?&]panes=([^&]+)/.exec(url)?.[1];
  if (panes === undefined) return [];
  const parsed = JSON.parse(decodeURIComponent(panes)) as Record<
    string,
    { readonly queries: readonly { readonly datasource: Reference }[] }
  >;
  return Object.values(parsed).flatMap(({ queries }) => queries.map(({ datasource }) => datasource));
}

function repeated<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
