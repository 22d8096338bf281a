/**
 * The picture of every environment, and of a hub with 200 spokes: nothing lies on anything else, nothing is missing, and
 * lines end where they say.
 */
import { TELEMETRY } from '../../../constructs/core/endpoint';
import { connectionIds } from '../../../stacks/review/connection-ids';
import type { GraphDocument } from '../../../stacks/graph-document';
import { graphOf } from '../../../stacks/review/changes/baseline';
import { drawPicture } from '../../../stacks/review/picture/draw-picture';
import { labelArea } from '../../../stacks/review/picture/label-places';
import type { Area, Picture, PictureLine, PictureNode } from '../../../stacks/review/picture/picture';
import { synthesise } from '../../../stacks/synthesis';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';
import { manySpokes } from './many-spokes';
import { overlapping, shared } from './picture-fixture';

const HUB_OF_200 = 'a hub with 200 spokes';
let hub: GraphDocument | undefined;

/** Made once: it is large. */
function hubOf200(): GraphDocument {
  hub ??= graphOf(synthesise(manySpokes().build()));
  return hub;
}

/** A label may touch a box with the end of a letter. */
const LABEL_SLACK_PX = 4;

describe.each([...ENVIRONMENT_NAMES, HUB_OF_200])('%s', (name) => {
  let graph: GraphDocument;
  let picture: Picture;
  beforeAll(async () => {
    graph = name === HUB_OF_200 ? hubOf200() : graphOf(synthesisOf(name));
    picture = await drawPicture(graph);
  });

  test('no two boxes and no two frames overlap, and each box stands in its frame', () => {
    expect(overlapping(picture.nodes)).toEqual([]);
    expect(overlapping(picture.frames)).toEqual([]);
    const outside = picture.nodes.filter(
      (node) => !picture.frames.some((frame) => frame.id === node.frame && contains(frame, node)),
    );
    expect(outside.map(({ id }) => id)).toEqual([]);
  });

  test('everything lies within the picture', () => {
    const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
    expect(picture.frames.filter((frame) => !contains(whole, frame))).toEqual([]);
    const points = picture.lines.flatMap((line) => line.points);
    expect(points.length).toBeGreaterThan(0);
    expect(points.filter(({ x, y }) => !contains(whole, { x, y, width: 0, height: 0 }))).toEqual([]);
  });

  test('no label lies on a box', () => {
    const bad = labelled(picture).flatMap((line) =>
      picture.nodes
        .filter((node) => shared(labelArea(line.label, line.labelAt), node).width > LABEL_SLACK_PX)
        .map((node) => `${line.id}: ${line.label} on ${node.id}`),
    );
    expect(bad).toEqual([]);
  });

  test('every component and everybody outside is drawn, alone or as a member of a group', () => {
    const drawn = picture.nodes.flatMap(({ id, members }) => members ?? [id]).sort();
    const named = [...graph.components, ...graph.externals].map((part) => part.name).sort();
    expect(drawn).toEqual(named);
  });

  test('every telemetry connection between two of them is in exactly one line', () => {
    const ownerOf = owners(graph);
    const ids = connectionIds(graph.connections);
    const telemetry = graph.connections.flatMap(({ from, to, signals }, index) =>
      signals.some((signal) => (TELEMETRY as readonly string[]).includes(signal)) &&
      ownerOf(from) !== ownerOf(to.split('/')[0] ?? '')
        ? [ids[index] ?? '']
        : [],
    );
    expect(telemetry.length).toBeGreaterThan(0);
    const inLines = picture.lines.flatMap(({ connections }) => connections);
    expect(new Set(inLines).size).toBe(inLines.length);
    expect(telemetry.filter((id) => !inLines.includes(id))).toEqual([]);
  });

  test('lines start and end at the borders of their boxes, and go straight up, down or across', () => {
    const nodes = new Map(picture.nodes.map((node) => [node.id, node]));
    const loose = picture.lines.filter(
      ({ from, to, points }) =>
        !isOnBorder(points[0], nodes.get(from)) || !isOnBorder(points.at(-1), nodes.get(to)),
    );
    expect(loose.map(({ id }) => id)).toEqual([]);
    const slanted = picture.lines.filter(({ points }) =>
      points.slice(1).some(({ x, y }, index) => x !== points[index]?.x && y !== points[index]?.y),
    );
    expect(slanted.map(({ id }) => id)).toEqual([]);
  });

  test('no line of the flow goes through a box', () => {
    const through = picture.lines.flatMap((line) =>
      stretches(line).flatMap((stretch) =>
        picture.nodes.filter((node) => cuts(stretch, node)).map((node) => `${line.id} through ${node.id}`),
      ),
    );
    expect(through).toEqual([]);
  });

  test('the same graph gives the same bytes', async () => {
    expect(JSON.stringify(await drawPicture(graph))).toBe(JSON.stringify(picture));
  });

  test('compared with itself, nothing is marked and nothing moves', async () => {
    expect(JSON.stringify(await drawPicture(graph, graph))).toBe(JSON.stringify(picture));
  });
});

test('200 spokes are one box', async () => {
  const { nodes, lines } = await drawPicture(hubOf200());
  const groups = nodes.filter(({ kind }) => kind === 'group');
  expect(groups).toEqual([
    expect.objectContaining({ id: 'cluster-*', subtitle: '200 clusters', frame: 'senders' }),
  ]);
  expect(groups[0]?.members).toHaveLength(200);
  expect(lines.filter(({ from }) => from === 'cluster-*').map(({ to }) => to)).toEqual([
    'load-balancer-addresses',
  ]);
});

function contains(outer: Area, inner: Area): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Rails bear no labels. */
function labelled({ lines }: Picture): PictureLine[] {
  return lines.filter(({ group }) => group === 'telemetry' || group === 'other');
}

function owners({ components }: GraphDocument): (party: string) => string {
  const byParty = new Map(
    components.flatMap(({ name, parties }) => parties.map((party) => [party, name] as const)),
  );
  return (party) => byParty.get(party) ?? party;
}

function isOnBorder(point: { x: number; y: number } | undefined, node: PictureNode | undefined): boolean {
  if (point === undefined || node === undefined) return false;
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 0.2;
  const { x, y, width, height } = node;
  const isBeside = near(point.x, x) || near(point.x, x + width);
  const isAbove = near(point.y, y) || near(point.y, y + height);
  return (
    (isBeside && point.y >= y && point.y <= y + height) || (isAbove && point.x >= x && point.x <= x + width)
  );
}

function stretches({ points }: PictureLine): Area[] {
  return points.slice(1).map((end, index) => {
    const start = points[index] ?? end;
    return {
      x: Math.min(start.x, end.x),
      y: Math.min(start.y, end.y),
      width: Math.abs(start.x - end.x),
      height: Math.abs(start.y - end.y),
    };
  });
}

/** Whether more of it than its end lies in the box. */
function cuts({ x, y, width, height }: Area, node: Area): boolean {
  const inset = 1;
  return (
    x < node.x + node.width - inset &&
    x + width > node.x + inset &&
    y < node.y + node.height - inset &&
    y + height > node.y + inset
  );
}
