/**
 * The table of mutations still fits the sources; whether the tests notice each is `npm run mutations`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTATIONS } from './mutations';

const ROOT = join(__dirname, '../..');

test('there are at least 30, each with a name of its own', () => {
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(30);
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
});

test.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
  '%s',
  (_name, { file, find, replace }) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text.replace(find, () => replace)).not.toBe(text);
  },
);
