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

function pictureIn(markdown: string): Picture {
  const text = /```mermaid\n([^]*?)```/.exec(markdown)?.[1] ?? '';
  const boxes: string[] = [];
  const arrows: string[] = [];
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const box = /^([a-z][a-z0-9-]*)[[(]/.exec(line)?.[1];
    const arrow = /^([a-z][a-z0-9-]*) -\.?->(?:\|[^|]*\|)? ([a-z][a-z0-9-]*)$/.exec(line);
    if (arrow !== null) arrows.push(`${arrow[1] ?? ''} ${arrow[2] ?? ''}`);
    else if (box !== undefined) boxes.push(box);
    else if (!/^$|^end$|^flowchart |^subgraph /.test(line)) throw new Error(`cannot read: ${line}`);
  }
  return { boxes, arrows };
}

/** Pairs of components and external parties: as they dial, and for readers of a queue also as the data goes. */
function pairsOf({ graph }: Platform): Set<string> {
  return new Set(
    graph.connections.flatMap(({ from, to }) => {
      const pair = [from.componentName, to.owner.componentName];
      const isReader = to.access === 'read' && to.topic !== undefined;
      return [(isReader ? pair.reverse() : pair).join(' ')];
    }),
  );
}

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const { boxes, arrows } = pictureIn(readme);

test('the picture can be read', () => {
  expect(boxes).toHaveLength(19);
  expect(arrows).toHaveLength(27);
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
  expect([...ends].sort()).toEqual([...boxes].sort());
});

test('a box or an arrow that the graph does not have is found', () => {
  const wrong = pictureIn('```mermaid\nflowchart TB\n  mimir[(Mimir)]\n  grafana -->|asks| mimir\n```');
  expect(wrong).toEqual({ boxes: ['mimir'], arrows: ['grafana mimir'] });
  expect(pairsOf(synthesisOf('hyperion-dev').platform).has('grafana mimir')).toBe(false);
});
