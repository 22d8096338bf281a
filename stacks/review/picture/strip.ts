/**
 * Below the flow: what keeps it safe and what it uses, in one row of frames.
 */
import type { ModelNode } from './flow-model';
import { FRAME_TITLES, STRIP } from './frames';
import { NODE_WIDTH, nodeHeight } from './layout';
import { FRAME_HEAD, FRAME_PAD } from './lanes';
import type { Area, PictureFrame } from './picture';

const GAP = 20;

export interface Strip {
  readonly areas: ReadonlyMap<string, Area>;
  readonly frames: readonly PictureFrame[];
}

export function stripOf(nodes: readonly ModelNode[], left: number, top: number): Strip {
  const areas = new Map<string, Area>();
  const frames: PictureFrame[] = [];
  const height = Math.max(0, ...nodes.map(({ title }) => nodeHeight(title)));
  let x = left;
  for (const id of STRIP) {
    const inside = nodes.filter(({ frame }) => frame === id);
    if (inside.length === 0) continue;
    const width = inside.length * (NODE_WIDTH + GAP) - GAP + 2 * FRAME_PAD;
    frames.push({ id, title: FRAME_TITLES[id], x, y: top, width, height: height + FRAME_HEAD + FRAME_PAD });
    for (const [index, node] of inside.entries()) {
      areas.set(node.id, {
        x: x + FRAME_PAD + index * (NODE_WIDTH + GAP),
        y: top + FRAME_HEAD,
        width: NODE_WIDTH,
        height,
      });
    }
    x += width + GAP;
  }
  return { areas, frames };
}
