/**
 * Where boxes and lines of the flow stand: ELK's layered algorithm, from left to right, one partition for each frame.
 */
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { ModelLine, ModelNode } from './flow-model';
import { LANES } from './frames';
import type { Area } from './picture';
import { labelWidth, titleLines } from './title-lines';

export const NODE_WIDTH = 148;
/** Of a box with one line of title, and what the second line adds. */
const NODE_HEIGHT = 54;
const TITLE_LINE = 17;
/** Between two lines that end at one side of a box: the height of a label. */
const LINE_PITCH = 15;
const GAP = { least: 72, most: 96, around: 6 } as const;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly areas: ReadonlyMap<string, Area>;
  readonly routes: ReadonlyMap<string, readonly Point[]>;
}

/** Pixels between things, as close as labels of 11 px allow. */
const OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.partitioning.activate': 'true',
  'elk.separateConnectedComponents': 'false',
  'elk.layered.layering.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.layered.crossingMinimization.strategy': 'LAYER_SWEEP',
  'elk.layered.thoroughness': '30',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
};

/** @param lines how many end at its busier side, one below the other with their labels */
export function nodeHeight(title: string, lines = 0): number {
  const text = NODE_HEIGHT + (titleLines(title).length - 1) * TITLE_LINE;
  return Math.max(text, (lines + 1) * LINE_PITCH);
}

export async function layOut(nodes: readonly ModelNode[], lines: readonly ModelLine[]): Promise<Layout> {
  const laidOut = await new ELK().layout({
    id: 'flow',
    layoutOptions: { ...OPTIONS, 'elk.layered.spacing.nodeNodeBetweenLayers': String(gapFor(lines)) },
    children: nodes.map((node): ElkNode => ({
      id: node.id,
      width: NODE_WIDTH,
      height: nodeHeight(node.title, busierSide(node.id, lines)),
      layoutOptions: {
        'elk.partitioning.partition': String((LANES as readonly string[]).indexOf(node.frame)),
      },
    })),
    edges: lines.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  });
  return {
    areas: new Map((laidOut.children ?? []).map((node) => [node.id, areaOf(node)])),
    routes: new Map(laidOut.edges.map((edge) => [edge.id, pointsOf(edge)])),
  };
}

/** Between two columns of boxes: most labels fit; a few long ones are not worth a wide picture. */
function gapFor(lines: readonly ModelLine[]): number {
  const longest = Math.max(0, ...lines.map(({ label }) => labelWidth(label)));
  return Math.min(GAP.most, Math.max(GAP.least, Math.ceil(longest) + GAP.around));
}

function busierSide(id: string, lines: readonly ModelLine[]): number {
  return Math.max(lines.filter(({ from }) => from === id).length, lines.filter(({ to }) => to === id).length);
}

function areaOf({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Area {
  return { x: round(x), y: round(y), width, height };
}

function pointsOf({ sections = [] }: ElkExtendedEdge): Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) })),
  );
}

/** Tenths of a pixel are enough, and keep the file small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
