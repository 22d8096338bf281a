import { combined } from './combined';
import type { Build, Recipe } from './tool';

it('runs one recipe after the other and is made of all their inputs', async () => {
  const ran: string[] = [];
  const recipe = (kind: string): Recipe => ({
    kind,
    revision: 2,
    inputs: { of: kind },
    run: () => {
      ran.push(kind);
      return Promise.resolve();
    },
  });
  const both = combined(recipe('go install'), recipe('files'));
  await both.run({} as Build);
  expect(ran).toEqual(['go install', 'files']);
  expect(both.kind).toBe('go install, files');
  expect(both.inputs).toEqual([
    { kind: 'go install', revision: 2, inputs: { of: 'go install' } },
    { kind: 'files', revision: 2, inputs: { of: 'files' } },
  ]);
});
