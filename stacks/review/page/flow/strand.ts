/**
 * A line of a picture as strands of several signals side by side, with round corners and room for an arrow's head. Free of
 * the DOM.
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const CORNER = 6;
/** Of an arrow's head, along the line and across it. */
const HEAD = { length: 8, half: 4.5 } as const;

/** The line moved aside; positive is to the right of who walks along it. */
export function aside(points: readonly Point[], by: number): Point[] {
  return points.map((point, index) => {
    const before = direction(points[index - 1], point);
    const after = direction(point, points[index + 1]);
    const normals = isStraight(before, after) ? [before ?? after] : [before, after];
    return normals.reduce<Point>(
      (moved, way) => (way === undefined ? moved : { x: moved.x - way.y * by, y: moved.y + way.x * by }),
      point,
    );
  });
}

/** SVG path data. Ends where the arrow's head begins. */
export function pathOf(points: readonly Point[]): string {
  const start = points[0];
  if (start === undefined) return '';
  const parts = [`M${at(start)}`];
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before === undefined) continue;
    if (after === undefined) {
      parts.push(`L${at(toward(point, before, Math.min(HEAD.length - 1, distance(point, before))))}`);
      continue;
    }
    const radius = Math.min(CORNER, distance(before, point) / 2, distance(point, after) / 2);
    parts.push(`L${at(toward(point, before, radius))}`, `Q${at(point)} ${at(toward(point, after, radius))}`);
  }
  return parts.join('');
}

/** The arrow's head at the line's end, as SVG path data. */
export function headOf(points: readonly Point[]): string {
  const tip = points.at(-1);
  const way = direction(points.at(-2), tip);
  if (tip === undefined || way === undefined) return '';
  const back = { x: tip.x - way.x * HEAD.length, y: tip.y - way.y * HEAD.length };
  const left = { x: back.x - way.y * HEAD.half, y: back.y + way.x * HEAD.half };
  const right = { x: back.x + way.y * HEAD.half, y: back.y - way.x * HEAD.half };
  return `M${at(tip)}L${at(left)}L${at(right)}Z`;
}

/** Of length 1; undefined for a line without length. */
function direction(from: Point | undefined, to: Point | undefined): Point | undefined {
  if (from === undefined || to === undefined) return undefined;
  const length = distance(from, to);
  return length === 0 ? undefined : { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
}

function isStraight(a: Point | undefined, b: Point | undefined): boolean {
  return a === undefined || b === undefined || (a.x === b.x && a.y === b.y);
}

function toward(from: Point, to: Point, by: number): Point {
  const way = direction(from, to) ?? { x: 0, y: 0 };
  return { x: from.x + way.x * by, y: from.y + way.y * by };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
