/**
 * The Helm chart of every environment, rendered by the real Helm: it gives back the plain manifests' objects.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../policies/manifest';
import { helmChart } from '../../stacks/helm-chart';
import { identityOf } from '../../stacks/manifest-data';
import { synthesise, type Synthesis } from '../../stacks/synthesis';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { smallPlatform } from '../stacks/small-platform';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';

/** Some megabytes of manifests. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What Helm says of the chart. */
function helmSays(
  helm: string,
  chart: ReadonlyMap<string, string>,
  args: (folder: string) => string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-helm-'));
  try {
    for (const [path, text] of chart) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return execFileSync(helm, args(folder), { encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rendered(helm: string, chart: ReadonlyMap<string, string>): Manifest[] {
  const text = helmSays(helm, chart, (folder) => ['template', 'release', folder, '--include-crds']);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

function byIdentity(objects: readonly Manifest[]): Map<string, Manifest> {
  return new Map(objects.map((object) => [identityOf(object), object]));
}

function inOrder(objects: ReadonlyMap<string, Manifest>): unknown {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1));
}

const cases: (readonly [string, () => Synthesis])[] = [
  ['an environment with braces in its configuration', () => synthesise(smallPlatform())],
  ...ENVIRONMENT_NAMES.map((name) => [name, () => synthesisOf(name)] as const),
];

proof(['helm'], 'Helm renders the chart to the same objects', () => {
  test.each(cases)('%s', async (_name, make) => {
    const synthesis = make();
    const objects = rendered(await tool('helm'), helmChart(synthesis));
    expect(objects).toHaveLength(synthesis.objects.length);
    expect(inOrder(byIdentity(objects))).toEqual(
      inOrder(byIdentity(synthesis.objects.map(({ object }) => object))),
    );
  });
});

proof(['helm'], 'Helm finds nothing to complain about in the chart', () => {
  test.each(cases)('%s', async (_name, make) => {
    const said = helmSays(await tool('helm'), helmChart(make()), (folder) => ['lint', '--strict', folder]);
    expect(said).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(said).not.toMatch(/\[(WARNING|ERROR)\]/);
  });

  test('a template that does not render is refused', async () => {
    const chart = new Map([
      ...helmChart(synthesise(smallPlatform())),
      ['templates/broken.yaml', '{{ nothing }}'],
    ]);
    const helm = await tool('helm');
    expect(() => helmSays(helm, chart, (folder) => ['lint', '--strict', folder])).toThrow('Command failed');
  });
});
