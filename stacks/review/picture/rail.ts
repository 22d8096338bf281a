/**
 * Lines that would hide the flow, since they come from everywhere: scrapes, and the way to what everything uses. Each
 * leaves its box to the right, goes down beside it to a rail that it shares with the others, and along that to its end.
 */
import type { ModelLine } from './flow-model';
import type { Point } from './layout';
import type { Area } from './picture';

/** Where lines enter a box from above. */
const ENTRY_SHARE = 0.8;

export interface Rail {
  readonly y: number;
  /** How far from a box's right side its lines go up and down. */
  readonly beside: number;
}

/** @param below names of the boxes below the rail */
export function railRoute(
  { from, to }: ModelLine,
  areas: ReadonlyMap<string, Area>,
  below: ReadonlySet<string>,
  rail: Rail,
): Point[] {
  const start = areas.get(from);
  const end = areas.get(to);
  if (start === undefined || end === undefined) return [];
  return [...legOf(start, below.has(from), rail), ...legOf(end, below.has(to), rail).reverse()];
}

/** From the box's border to the rail. */
function legOf({ x, y, width, height }: Area, isBelow: boolean, rail: Rail): Point[] {
  if (isBelow) {
    // Beside the frame's title, which is to the left.
    const middle = x + width * ENTRY_SHARE;
    return [
      { x: middle, y },
      { x: middle, y: rail.y },
    ];
  }
  // Away from the middle, where the lines of the flow leave.
  const side = { x: x + width, y: y + height - rail.beside };
  return [side, { x: side.x + rail.beside, y: side.y }, { x: side.x + rail.beside, y: rail.y }];
}
