import { fakeTool } from './fixtures/fake-tool';
import { buildAll } from './schedule';
import type { Tool } from './tool';

function tool(name: string, memoryGiB?: number): Tool {
  return { ...fakeTool(), name, ...(memoryGiB === undefined ? {} : { memoryGiB }) };
}

/** Which builds ran at the same time: each line is what was running when one more had started. */
async function transcript(tools: readonly Tool[], availableGiB: number): Promise<string[]> {
  const running: string[] = [];
  const lines: string[] = [];
  await buildAll(tools, availableGiB, async ({ name }) => {
    running.push(name);
    lines.push(running.join(' + '));
    await new Promise(setImmediate);
    running.splice(running.indexOf(name), 1);
  });
  return lines;
}

it('runs two builds at once, in their order', async () => {
  expect(await transcript([tool('a'), tool('b'), tool('c')], 8)).toEqual(['a', 'a + b', 'b + c']);
});

it('runs a large build alone, and lets later ones that fit go first', async () => {
  expect(await transcript([tool('a'), tool('large', 4), tool('b'), tool('c')], 64)).toEqual([
    'a',
    'a + b',
    'b + c',
    'large',
  ]);
});

it('runs one after the other where memory has no room for two, and never none', async () => {
  expect(await transcript([tool('a', 2), tool('b', 1), tool('c', 1)], 2)).toEqual(['a', 'b', 'b + c']);
  expect(await transcript([tool('a', 3), tool('b', 3)], 0)).toEqual(['a', 'b']);
});
