/** A flow graph → the picture of its data flow; with a base, of both, each part with its mark. */
import type { GraphDocument } from '../../graph-document';
import { flowModel, type ModelLine, type ModelNode } from './flow-model';
import { STRIP } from './frames';
import { labelPlaces } from './label-places';
import { FRAME_HEAD, FRAME_PAD, lanesOf } from './lanes';
import { layOut, round, type Point } from './layout';
import type { Area, Picture, PictureLine, PictureNode } from './picture';
import { railRoute, type Rail } from './rail';
import { stripOf } from './strip';

/** Around everything. */
const MARGIN = 16;
/** From the lowest line of the flow to the first rail, between rails, and from the last one to the strip. */
const RAIL_GAP = 14;

export async function drawPicture(graph: GraphDocument, base?: GraphDocument): Promise<Picture> {
  const model = flowModel(graph, base);
  const strip: readonly string[] = STRIP;
  const flowNodes = model.nodes.filter(({ frame }) => !strip.includes(frame));
  const flowLines = model.lines.filter(({ group }) => !isRailed(group));
  const flow = placed(await layOut(flowNodes, flowLines));

  const rails: Record<RailGroup, Rail> = {
    scrapes: { y: flow.bottom + RAIL_GAP, beside: 8 },
    services: { y: flow.bottom + 2 * RAIL_GAP, beside: 13 },
  };
  const laneBottom = flow.bottom + FRAME_PAD / 2;
  const below = stripOf(
    model.nodes.filter(({ frame }) => strip.includes(frame)),
    MARGIN,
    laneBottom + 3 * RAIL_GAP,
  );
  const areas = new Map([...flow.areas, ...below.areas]);
  const belowNames = new Set(below.areas.keys());
  const lines = model.lines.map((line) => ({
    ...line,
    points: isRailed(line.group)
      ? railRoute(line, areas, belowNames, rails[line.group])
      : (flow.routes.get(line.id) ?? []),
  }));
  const frames = [
    ...lanesOf(flowNodes, flow.areas, { y: MARGIN, height: laneBottom - MARGIN }),
    ...below.frames,
  ];
  return {
    width: Math.ceil(Math.max(0, ...frames.map(({ x, width }) => x + width)) + MARGIN + RAIL_GAP),
    height: Math.ceil(Math.max(...frames.map(({ y, height }) => y + height), rails.services.y) + MARGIN),
    frames,
    nodes: inReadingOrder(model.nodes, areas),
    lines: withLabels(lines, [...areas.values()]),
  };
}

type RailGroup = 'scrapes' | 'services';

function isRailed(group: ModelLine['group']): group is RailGroup {
  return group === 'scrapes' || group === 'services';
}

interface PlacedFlow {
  readonly areas: ReadonlyMap<string, Area>;
  readonly routes: ReadonlyMap<string, readonly Point[]>;
  readonly bottom: number;
}

/** ELK's coordinates, moved to where the frames leave room for them. */
function placed({ areas, routes }: Awaited<ReturnType<typeof layOut>>): PlacedFlow {
  const corners = [...[...areas.values()], ...[...routes.values()].flat()];
  const dx = MARGIN + FRAME_PAD - Math.min(0, ...corners.map(({ x }) => x));
  const dy = MARGIN + FRAME_HEAD - Math.min(0, ...corners.map(({ y }) => y));
  const moved = <T extends Point>(at: T): T => ({ ...at, x: round(at.x + dx), y: round(at.y + dy) });
  const movedAreas = new Map([...areas].map(([id, area]) => [id, moved(area)] as const));
  const movedRoutes = new Map([...routes].map(([id, points]) => [id, points.map(moved)] as const));
  const bottom = Math.max(
    dy,
    ...[...movedAreas.values()].map(({ y, height }) => y + height),
    ...[...movedRoutes.values()].flat().map(({ y }) => y),
  );
  return { areas: movedAreas, routes: movedRoutes, bottom: round(bottom) };
}

/** The flow column by column, from top to bottom in each; then what stands below it. */
function inReadingOrder(nodes: readonly ModelNode[], areas: ReadonlyMap<string, Area>): PictureNode[] {
  const isBelow = ({ frame }: ModelNode): number => ((STRIP as readonly string[]).includes(frame) ? 1 : 0);
  return [...nodes]
    .map((node) => ({ node, area: areas.get(node.id) ?? { x: 0, y: 0, width: 0, height: 0 } }))
    .sort((a, b) => isBelow(a.node) - isBelow(b.node) || a.area.x - b.area.x || a.area.y - b.area.y)
    .map(({ node, area }) => ({ ...node, ...area }));
}

function withLabels(
  lines: readonly (ModelLine & { readonly points: readonly Point[] })[],
  boxes: readonly Area[],
): PictureLine[] {
  const places = labelPlaces(
    lines.filter(({ group }) => !isRailed(group)),
    boxes,
  );
  return lines.map((line) => {
    const last = line.points.at(-2) ?? { x: 0, y: 0 };
    const { x, y } = places.get(line.id) ?? last;
    return { ...line, labelAt: { x: round(x), y: round(y) } };
  });
}
