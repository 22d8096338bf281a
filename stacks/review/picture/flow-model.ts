/**
 * What a picture shows, before it has a place: boxes in their frames, and one line for all connections of a group
 * between two boxes.
 */
import { compareText } from '../../compare-text';
import type { GraphComponent, GraphDocument } from '../../graph-document';
import { STRIP, frameOfComponent, framesOfExternals, type FrameId } from './frames';
import { unionOf, type GraphUnion } from './graph-union';
import { lookAlikes } from './look-alikes';
import type { LineGroup, Mark, PictureLine, PictureNode } from './picture';
import { protocolLabel } from './protocol-name';
import { shortened } from './title-lines';
import { isTelemetry, waysOf, type Way } from './ways';

export type ModelNode = Omit<PictureNode, 'x' | 'y' | 'width' | 'height' | 'frame'> & {
  readonly frame: FrameId;
};
export type ModelLine = Omit<PictureLine, 'points' | 'labelAt'>;

export interface FlowModel {
  readonly nodes: readonly ModelNode[];
  readonly lines: readonly ModelLine[];
}

export function flowModel(graph: GraphDocument, base: GraphDocument | undefined): FlowModel {
  const union = unionOf(graph, base);
  const ways = waysOf(union);
  const externals = externalNodes(union, ways);
  const nodes = [...union.components.map(({ part, mark }) => componentNode(part, mark, ways)), ...externals];
  const boxes = new Map(nodes.map((node) => [node.id, node]));
  for (const node of externals) for (const member of node.members ?? []) boxes.set(member, node);
  return {
    nodes: nodes.sort((a, b) => compareText(a.id, b.id)),
    lines: linesOf(ways, boxes).sort((a, b) => compareText(a.id, b.id)),
  };
}

function componentNode(component: GraphComponent, mark: Mark | undefined, ways: readonly Way[]): ModelNode {
  return {
    id: component.name,
    kind: 'component',
    title: component.name,
    subtitle: podsText(component),
    layer: component.layer,
    frame: frameOfComponent(component.name, component.layer, ways),
    ...(mark === undefined ? {} : { mark }),
  };
}

/** e.g. `StatefulSet × 3`, `8 workloads, 21 pods`. */
function podsText({ workloads = [] }: GraphComponent): string {
  const [only, ...others] = workloads;
  if (only === undefined) return 'no pods of its own';
  if (others.length === 0) {
    const most = only.maxReplicas > only.replicas ? `–${only.maxReplicas}` : '';
    return `${only.kind} × ${only.replicas}${most}`;
  }
  const pods = workloads.reduce((sum, { replicas }) => sum + replicas, 0);
  return `${workloads.length} workloads, ${pods} pods`;
}

function externalNodes({ externals }: GraphUnion, ways: readonly Way[]): ModelNode[] {
  const frames = framesOfExternals(
    externals.map(({ part }) => part),
    ways,
  );
  const placeOf = (name: string): Pick<ModelNode, 'layer' | 'frame'> => {
    const frame = frames.get(name) ?? 'services';
    return { layer: frame, frame };
  };
  const marks = new Map(externals.map(({ part, mark }) => [part.name, mark]));
  const groups = lookAlikes(
    externals.map(({ part }) => part.name),
    ways,
    (name) => marks.get(name) ?? '',
  );
  const grouped = new Set(groups.flatMap(({ members }) => members));
  return [
    ...externals
      .filter(({ part }) => !grouped.has(part.name))
      .map(({ part: { name, description }, mark }): ModelNode => ({
        id: name,
        kind: 'external',
        title: name,
        subtitle: shortened(description.split(',')[0] ?? '', SUBTITLE_LETTERS),
        ...placeOf(name),
        ...(mark === undefined ? {} : { mark }),
      })),
    ...groups.map(({ id, subtitle, members }): ModelNode => {
      const mark = marks.get(members[0] ?? '');
      return {
        id,
        kind: 'group',
        title: id,
        subtitle,
        ...placeOf(members[0] ?? ''),
        members,
        ...(mark === undefined ? {} : { mark }),
      };
    }),
  ];
}

/** Of 11 px in a box. */
const SUBTITLE_LETTERS = 22;

function linesOf(ways: readonly Way[], boxes: ReadonlyMap<string, ModelNode>): ModelLine[] {
  const bundles = new Map<string, { from: ModelNode; to: ModelNode; group: LineGroup; ways: Way[] }>();
  for (const way of ways) {
    const from = boxes.get(way.from);
    const to = boxes.get(way.to);
    if (from === undefined || to === undefined) continue;
    const group = groupOf(way, from, to);
    const id = `${from.id} → ${to.id} (${group})`;
    const known = bundles.get(id) ?? { from, to, group, ways: [] };
    bundles.set(id, known);
    known.ways.push(way);
  }
  return [...bundles].map(([id, { from, to, group, ways: bundled }]) => {
    const signals = [...new Set(bundled.flatMap((way) => way.signals))];
    const signal = signals.find(isTelemetry) ?? signals[0] ?? '';
    const mark = markOf(bundled);
    return {
      id,
      from: from.id,
      to: to.id,
      signal,
      group,
      signals: [...signals].sort((a, b) => Number(isTelemetry(b)) - Number(isTelemetry(a))),
      connections: bundled.map((way) => way.id).sort(compareText),
      label: labelOf(bundled),
      ...(mark === undefined ? {} : { mark }),
    };
  });
}

function groupOf({ kind }: Way, from: ModelNode, to: ModelNode): LineGroup {
  const strip: readonly FrameId[] = STRIP;
  if (kind === 'scrape') return 'scrapes';
  if (strip.includes(from.frame) || strip.includes(to.frame)) return 'services';
  return kind === 'telemetry' ? 'telemetry' : 'other';
}

/** Of what most of them speak. */
function labelOf(ways: readonly Way[]): string {
  const spoken = new Map<string, { protocol: string; port: number; count: number }>();
  for (const { protocol, port } of ways) {
    const key = `${protocol} ${port}`;
    spoken.set(key, { protocol, port, count: (spoken.get(key)?.count ?? 0) + 1 });
  }
  return protocolLabel(
    [...spoken.values()].sort(
      (a, b) => b.count - a.count || compareText(a.protocol, b.protocol) || a.port - b.port,
    ),
  );
}

function markOf(ways: readonly Way[]): Mark | undefined {
  const marks = new Set(ways.map(({ mark }) => mark));
  const [only] = marks;
  if (marks.size === 1) return only;
  return 'changed';
}
