/**
 * Where lines bear their labels: on a horizontal stretch, clear of boxes and of other labels, and crossed by as few
 * lines as can be.
 */
import type { Point } from './layout';
import type { Area } from './picture';
import { labelWidth } from './title-lines';

const LABEL_HEIGHT = 14;
/** Between two places that are tried. */
const STEP = 6;
/** Of an arrow's head, to each side of its tip. */
const HEAD = 12;
/**
 * What a place costs, by what lies under it. Beside boxes, labels and arrows' heads, everything else is a matter of taste:
 * a label lies rather along a line than across it, and rather across it than beyond its ends.
 */
const COST = { box: 1000, label: 400, head: 60, line: 6, across: 8, overhang: 2, away: 0.01 } as const;

interface Labelled {
  readonly id: string;
  readonly label: string;
  readonly points: readonly Point[];
}

export function labelPlaces(lines: readonly Labelled[], boxes: readonly Area[]): ReadonlyMap<string, Point> {
  const places = new Map<string, Point>();
  const taken: Area[] = [];
  const obstacles = lines.flatMap(({ id, points }) => segmentsOf(points).map((area) => ({ id, area })));
  const heads = lines.flatMap(({ points }) => points.slice(-1).map(headArea));
  // Who has the least choice chooses first.
  const inOrder = [...lines].sort((a, b) => lengthOf(a) - lengthOf(b));
  for (const line of inOrder) {
    const others = obstacles.filter(({ id }) => id !== line.id).map(({ area }) => area);
    const at = best(line, (area) => costOf(area, { boxes, heads, labels: taken, lines: others }));
    places.set(line.id, at);
    taken.push(labelArea(line.label, at));
  }
  return places;
}

export function labelArea(label: string, { x, y }: Point): Area {
  const width = labelWidth(label);
  return { x: x - width / 2, y: y - LABEL_HEIGHT / 2, width, height: LABEL_HEIGHT };
}

export function overlaps(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function best({ label, points }: Labelled, cost: (area: Area) => number): Point {
  const middle = midOf(points);
  let chosen = { at: middle, cost: Number.POSITIVE_INFINITY };
  for (const stretch of segmentsOf(points)) {
    const isAcross = stretch.height > stretch.width;
    for (const at of isAcross ? placesAcross(stretch) : placesOn(stretch, label)) {
      const area = labelArea(label, at);
      const overhang = isAcross ? COST.across / COST.overhang : Math.max(0, area.width - stretch.width);
      const away = Math.abs(at.x - middle.x) + Math.abs(at.y - middle.y);
      const total = cost(area) + overhang * COST.overhang + away * COST.away;
      if (total < chosen.cost) chosen = { at, cost: total };
    }
  }
  return chosen.at;
}

function placesOn({ x, y, width }: Area, label: string): Point[] {
  // On a stretch that is too short, it sticks out at one end or the other.
  const slack = width - labelWidth(label);
  const count = Math.ceil(Math.abs(slack) / STEP);
  return Array.from({ length: count + 1 }, (_, index) => ({
    x: x + width / 2 + (count === 0 ? 0 : slack * (index / count - 1 / 2)),
    y,
  }));
}

function placesAcross({ x, y, height }: Area): Point[] {
  const count = Math.floor(Math.max(0, height - 2 * LABEL_HEIGHT) / STEP);
  return Array.from({ length: count + 1 }, (_, index) => ({
    x,
    y: y + height / 2 + (index - count / 2) * STEP,
  }));
}

type Under = Readonly<Record<'boxes' | 'heads' | 'labels' | 'lines', readonly Area[]>>;

function costOf(area: Area, { boxes, heads, labels, lines }: Under): number {
  const count = (areas: readonly Area[]): number => areas.filter((other) => overlaps(area, other)).length;
  return (
    count(boxes) * COST.box + count(labels) * COST.label + count(heads) * COST.head + count(lines) * COST.line
  );
}

function headArea({ x, y }: Point): Area {
  return { x: x - HEAD, y: y - HEAD / 2, width: 2 * HEAD, height: HEAD };
}

/** Each as an area that may be flat. */
function segmentsOf(points: readonly Point[]): Area[] {
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

function lengthOf({ points }: Labelled): number {
  return segmentsOf(points).reduce((sum, { width, height }) => sum + width + height, 0);
}

function midOf(points: readonly Point[]): Point {
  let left = segmentsOf(points).reduce((sum, { width, height }) => sum + width + height, 0) / 2;
  for (const [index, { width, height }] of segmentsOf(points).entries()) {
    const start = points[index];
    const end = points[index + 1];
    if (start === undefined || end === undefined) break;
    if (left <= width + height && width + height > 0) {
      const share = left / (width + height);
      return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
    }
    left -= width + height;
  }
  return points[0] ?? { x: 0, y: 0 };
}
