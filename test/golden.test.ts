/**
 * What each environment synthesises equals the committed set under `golden/`, whose diff is the review of a change.
 * After an intended change: `npm run golden`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ENVIRONMENT_NAMES, synthesisOf } from './environments';

const GOLDEN = join(__dirname, 'golden');

function golden(name: string): Map<string, string> {
  const folder = join(GOLDEN, name);
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  );
}

test('there is one set for each environment and no other', () => {
  expect(readdirSync(GOLDEN).sort()).toEqual([...ENVIRONMENT_NAMES].sort());
});

test.each(ENVIRONMENT_NAMES)('%s', (name) => {
  const committed = golden(name);
  const { files } = synthesisOf(name);
  // First the names, so that a missing file is said in one line and not in a thousand.
  expect([...files.keys()].sort()).toEqual([...committed.keys()].sort());
  const changed = [...files].filter(([path, text]) => committed.get(path) !== text).map(([path]) => path);
  expect({ changed, remedy: 'look at `git diff` after `npm run golden`' }).toEqual({
    changed: [],
    remedy: 'look at `git diff` after `npm run golden`',
  });
});

test.each(ENVIRONMENT_NAMES)(
  '%s: no placeholder but those of the cloud, no host of a document, no secret',
  (name) => {
    const { files, platform } = synthesisOf(name);
    const known = new Set(platform.cloudRefs.keys());
    for (const [path, text] of files) {
      for (const [, reference] of text.matchAll(/\$\{cloud:([^}]*)\}/g))
        expect([path, known.has(reference ?? '')]).toEqual([path, true]);
      expect([path, /\bundefined\b|\[object Object\]|\bNaN\b/.exec(text)?.[0]]).toEqual([path, undefined]);
      expect([path, /BEGIN [A-Z ]*PRIVATE KEY/.exec(text)?.[0]]).toEqual([path, undefined]);
    }
  },
);
