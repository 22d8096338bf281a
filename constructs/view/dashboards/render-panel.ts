/**
 * A panel in Grafana's own form, by its Foundation SDK. Identifiers and places are given, so the same panel is the same text.
 */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type GridPos,
  type Panel as SdkPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Limit } from './alert-limits';
import type { Link } from './links';
import type { Panel } from './panel';
import { renderQuery, sourceOf } from './render-query';
import type { Sources } from './subject';

export interface PanelPlace {
  readonly id: number;
  readonly gridPos: GridPos;
}

export interface PanelExtras {
  readonly sources: Sources;
  /** From the panel's head. */
  readonly links: readonly Link[];
  /** From each series. */
  readonly seriesLinks: readonly Link[];
  readonly limit: Limit | undefined;
}

type PanelBuilder = GraphBuilder | StatBuilder | TableBuilder;

const COLOURS = { well: 'green', alarm: 'red', plain: 'text' } as const;
const REF_IDS = ['A', 'B', 'C', 'D', 'E', 'F'];

export function renderPanel(panel: Panel, place: PanelPlace, extras: PanelExtras): SdkPanel {
  const { sources, links, seriesLinks, limit } = extras;
  const [first] = panel.queries;
  if (first === undefined) throw new Error(`panel "${panel.title}" asks nothing: give it a query`);
  const builder = builderOf(panel, limit)
    .id(place.id)
    .gridPos(place.gridPos)
    .title(panel.title)
    .description(panel.question)
    .datasource(sourceOf(first.language, sources))
    .targets(panel.queries.map((query, index) => renderQuery(panel, query, REF_IDS[index] ?? 'Z', sources)))
    .unit(panel.unit)
    .noValue(panel.nothing ?? 'no data');
  if (links.length > 0) builder.links(links.map(renderLink));
  if (seriesLinks.length > 0) builder.dataLinks(seriesLinks.map(renderLink));
  // Shares are of one; a graph of something else finds its own scale.
  if (panel.unit === 'percentunit') builder.min(0);
  return asPublished(builder.build());
}

/** A table has had no footer among its options since Grafana 12; the SDK still writes one. */
function asPublished(panel: SdkPanel): SdkPanel {
  const options = Object.entries(panel.options as object).filter(([name]) => name !== 'footer');
  return { ...panel, options: Object.fromEntries(options) };
}

function renderLink({ title, url }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}

function builderOf({ kind }: Panel, limit: Limit | undefined): PanelBuilder {
  const thresholds = thresholdsOf(limit);
  switch (kind) {
    case 'graph':
      return limited(new GraphBuilder(), limit)
        .thresholds(thresholds)
        .fillOpacity(10)
        .showPoints(VisibilityMode.Never)
        .legend(built(LEGEND))
        .tooltip(built({ mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending }));
    case 'stat':
      return new StatBuilder()
        .thresholds(thresholds)
        .colorMode(limit === undefined ? BigValueColorMode.None : BigValueColorMode.Value);
    case 'table':
      return new TableBuilder().thresholds(thresholds).cellOptions({ type: TableCellDisplayMode.Auto });
  }
}

/** The figure at which somebody is told, as a line across the graph. */
function limited(builder: GraphBuilder, limit: Limit | undefined): GraphBuilder {
  return limit === undefined
    ? builder
    : builder.thresholdsStyle(built({ mode: GraphThresholdsStyleMode.Dashed }));
}

const LEGEND = {
  displayMode: LegendDisplayMode.List,
  placement: LegendPlacement.Bottom,
  showLegend: true,
  calcs: [],
};

function thresholdsOf(limit: Limit | undefined): Builder<ReturnType<ThresholdsConfigBuilder['build']>> {
  const steps =
    limit === undefined
      ? [{ value: null, color: COLOURS.plain }]
      : [
          { value: null, color: limit.below ? COLOURS.alarm : COLOURS.well },
          { value: limit.value, color: limit.below ? COLOURS.well : COLOURS.alarm },
        ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** For parts that are complete as they stand. */
function built<T>(value: T): Builder<T> {
  return { build: () => value };
}
