/**
 * The README's picture is drawn by hand, so every box and arrow of it is looked up in the flow graph.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../constructs/core/platform';
import { synthesisOf } from '../environments';

interface Picture {
  readonly boxes: readonly string[];
  readonly arrows: readonly string[];
}

/** What follows an underscore tells apart two boxes of one component. */
const ARROW = /^([a-z][a-z0-9-]*)(?:_[a-z]+)? -\.?->(?:\|[^|]*\|)? ([a-z][a-z0-9-]*)(?:_[a-z]+)?$/;

function pictureIn(markdown: string): Picture {
  const text = /```mermaid\n([^]*?)```/.exec(markdown)?.[1] ?? '';
  const boxes: string[] = [];
  const arrows: string[] = [];
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const box = /^([a-z][a-z0-9-]*)(?:_[a-z]+)?[[(]/.exec(line)?.[1];
    const arrow = ARROW.exec(line);
    if (arrow !== null) arrows.push(`${arrow[1] ?? ''} ${arrow[2] ?? ''}`);
    else if (box !== undefined) boxes.push(box);
    else if (!/^$|^end$|^flowchart |^subgraph /.test(line)) throw new Error(`cannot read: ${line}`);
  }
  return { boxes, arrows };
}

/** Pairs of components and external parties, in the direction of the data: a reader stands behind what it reads. */
function pairsOf({ graph }: Platform): Set<string> {
  return new Set(
    graph.connections.map(({ from, to }) => {
      const pair = [from.componentName, to.owner.componentName];
      return (to.access === 'read' ? pair.reverse() : pair).join(' ');
    }),
  );
}

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const { boxes, arrows } = pictureIn(readme);

test('the picture can be read', () => {
  expect(boxes).toHaveLength(19);
  expect(arrows).toHaveLength(26);
});

test.each(['hyperion-dev', 'hyperion-prod'])('%s has every box of the picture', (name) => {
  const { graph, components } = synthesisOf(name).platform;
  const known = new Set([...components.map(({ node }) => node.id), ...graph.parties.map(({ id }) => id)]);
  expect(boxes.filter((box) => !known.has(box))).toEqual([]);
});

test.each(['hyperion-dev', 'hyperion-prod'])('%s has a connection for every arrow of the picture', (name) => {
  const pairs = pairsOf(synthesisOf(name).platform);
  expect(arrows.filter((arrow) => !pairs.has(arrow))).toEqual([]);
});

test('each arrow joins two boxes', () => {
  const ends = new Set(arrows.flatMap((arrow) => arrow.split(' ')));
  expect([...ends].sort()).toEqual([...new Set(boxes)].sort());
});

test('a box or an arrow that the graph does not have is found', () => {
  const wrong = pictureIn('```mermaid\nflowchart TB\n  mimir[(Mimir)]\n  mimir -->|series| grafana\n```');
  expect(wrong).toEqual({ boxes: ['mimir'], arrows: ['mimir grafana'] });
  expect(pairsOf(synthesisOf('hyperion-dev').platform).has('mimir grafana')).toBe(false);
});
