/**
 * A dashboard's file: rows and panels laid out in two columns (numbers in four), links to the other questions, and the
 * selector of clusters where there are several. Judged by `test/proof/validators/grafana`.
 */
import {
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  VariableRefresh,
  VariableSort,
  VariableType,
  defaultDashboard,
  type GridPos,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Platform } from '../../core/platform';
import { ConfigFile } from '../../core/config-file';
import { alertNamed, limitOf } from './alert-limits';
import { dashboardUrl, seriesLinks, type Link } from './links';
import type { Panel, Row } from './panel';
import { renderPanel, type PanelExtras } from './render-panel';
import { CLUSTER_VARIABLE, type Subject } from './subject';

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface DashboardSurroundings {
  readonly platform: Platform;
  readonly about: Subject;
  /** Titles of all dashboards of the environment, by identifier. */
  readonly titles: ReadonlyMap<string, string>;
}

/** As a file has it. The SDK would rather have the form of Grafana's API, which neither files nor the chart's sidecar take. */
type DashboardModel = ReturnType<typeof defaultDashboard>;

/** On every dashboard: by it they are found, and link to each other. */
const TAG = 'hyperion';
const GRID_WIDTH = 24;
const SIZES = {
  graph: { w: 12, h: 8 },
  table: { w: 12, h: 8 },
  stat: { w: 6, h: 5 },
} as const satisfies Record<Panel['kind'], { w: number; h: number }>;

export function dashboardFile({ uid, title, rows }: Dashboard, around: DashboardSurroundings): ConfigFile {
  const { about } = around;
  const dashboard: DashboardModel = {
    ...defaultDashboard(),
    uid,
    title,
    tags: [TAG],
    editable: false,
    graphTooltip: DashboardCursorSync.Crosshair,
    refresh: '1m',
    time: { from: 'now-3h', to: 'now' },
    links: [otherQuestions().build()],
    templating: { list: about.manyClusters ? [clusterVariable(about)] : [] },
    panels: renderRows(rows, (panel) => extrasOf(panel, around)),
  };
  return ConfigFile.json(`${uid}.json`, dashboard);
}

function otherQuestions(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Questions')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(true);
}

function renderRows(
  rows: readonly Row[],
  extras: (panel: Panel) => PanelExtras,
): NonNullable<DashboardModel['panels']> {
  const rendered: NonNullable<DashboardModel['panels']> = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const gridPos = { x: 0, y, w: GRID_WIDTH, h: 1 };
    rendered.push(
      new RowBuilder(title)
        .id(rendered.length + 1)
        .gridPos(gridPos)
        .build(),
    );
    const places = placesBelow(y + 1, panels);
    for (const [index, panel] of panels.entries()) {
      const place = places.of[index];
      if (place === undefined) continue;
      rendered.push(renderPanel(panel, { id: rendered.length + 1, gridPos: place }, extras(panel)));
    }
    y = places.end;
  }
  return rendered;
}

/** From left to right as long as there is room; a line is as high as its highest panel. */
function placesBelow(top: number, panels: readonly Panel[]): { of: readonly GridPos[]; end: number } {
  let [x, y, height] = [0, top, 0];
  const places = panels.map(({ kind }) => {
    const { w, h } = SIZES[kind];
    if (x + w > GRID_WIDTH) [x, y, height] = [0, y + height, 0];
    const place = { x, y, w, h };
    x += w;
    height = Math.max(height, h);
    return place;
  });
  return { of: places, end: y + height };
}

function extrasOf(panel: Panel, { platform, about, titles }: DashboardSurroundings): PanelExtras {
  const alert = panel.alert === undefined ? undefined : alertNamed(platform, panel.alert);
  const next = panel.next === undefined ? undefined : titles.get(panel.next);
  const links: readonly Link[] = [
    ...(alert === undefined ? [] : [{ title: `Runbook: ${alert.alert}`, url: alert.runbook }]),
    ...(next === undefined || panel.next === undefined
      ? []
      : [{ title: next, url: dashboardUrl(panel.next) }]),
  ];
  return {
    sources: about.sources,
    links,
    seriesLinks: seriesLinks(panel, about),
    limit: alert === undefined || panel.showsLimit !== true ? undefined : limitOf(alert.expr),
  };
}

/** All at first; what is on the screen follows the choice. A literal: the SDK's builder adds what other kinds have. */
function clusterVariable({ sources }: Subject): VariableModel {
  return {
    type: VariableType.Query,
    name: CLUSTER_VARIABLE,
    label: 'Cluster',
    datasource: { type: 'prometheus', uid: sources.metrics },
    query: { query: `label_values(up, ${CLUSTER_VARIABLE})`, refId: CLUSTER_VARIABLE },
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    refresh: VariableRefresh.OnTimeRangeChanged,
    sort: VariableSort.AlphabeticalAsc,
  };
}
