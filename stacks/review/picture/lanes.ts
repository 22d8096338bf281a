/** The frames of the flow: lanes of one height around the boxes of each layer. */
import type { ModelNode } from './flow-model';
import { FRAME_TITLES, LANES } from './frames';
import type { Area, PictureFrame } from './picture';

/** Between a frame and its boxes; above them is its title. */
export const FRAME_PAD = 14;
export const FRAME_HEAD = 40;

export function lanesOf(
  nodes: readonly ModelNode[],
  areas: ReadonlyMap<string, Area>,
  { y, height }: Pick<Area, 'y' | 'height'>,
): PictureFrame[] {
  return LANES.flatMap((id) => {
    const inside = nodes.flatMap((node) => {
      const area = node.frame === id ? areas.get(node.id) : undefined;
      return area === undefined ? [] : [area];
    });
    if (inside.length === 0) return [];
    const left = Math.min(...inside.map((area) => area.x)) - FRAME_PAD;
    const right = Math.max(...inside.map((area) => area.x + area.width)) + FRAME_PAD;
    return [{ id, title: FRAME_TITLES[id], x: left, y, width: right - left, height }];
  });
}
