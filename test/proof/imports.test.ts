/**
 * The typed custom resources are exactly what cdk8s makes of the operators' definitions.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freshImports,
  hasSharedDefinitions,
  IMPORTS_DIR,
  narrowed,
  staleImports,
} from '../tools/generate-imports';
import { proof } from '../tools/proof';

const title = hasSharedDefinitions
  ? 'typed imports'
  : "typed imports (Strimzi's and Rook's definitions are not here: what is made of them is not compared)";

proof(['crds'], title, () => {
  let fresh: Map<string, string>;

  beforeAll(async () => {
    fresh = await freshImports();
  }, 60_000);

  test('the committed files are what a fresh generation gives', () => {
    expect([...fresh.keys()]).toEqual([
      'argoproj.io.ts',
      'autoscaling.k8s.io.ts',
      ...(hasSharedDefinitions ? ['ceph.rook.io.ts'] : []),
      'cert-manager.io.ts',
      'external-secrets.io.ts',
      ...(hasSharedDefinitions ? ['kafka.strimzi.io.ts'] : []),
      'monitoring.coreos.com.ts',
      ...(hasSharedDefinitions ? ['objectbucket.io.ts'] : []),
    ]);
    expect(staleImports(fresh, IMPORTS_DIR)).toEqual([]);
  });

  test('two generations give the same', async () => {
    expect(await freshImports()).toEqual(fresh);
  }, 60_000);

  test('an edited, a missing and a foreign file are named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hyperion-imports-test-'));
    try {
      cpSync(IMPORTS_DIR, folder, { recursive: true });
      const edited = join(folder, 'cert-manager.io.ts');
      writeFileSync(edited, readFileSync(edited, 'utf8').replace('isCa?: boolean', 'isCa?: string'));
      rmSync(join(folder, 'argoproj.io.ts'));
      writeFileSync(join(folder, 'other.ts'), '');
      expect(staleImports(fresh, folder)).toEqual([
        'argoproj.io.ts is missing',
        'cert-manager.io.ts is not what cdk8s makes',
        'other.ts is made from no definition',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a narrowed definition', () => {
  const version = (name: string, served: boolean): object => ({
    name,
    served,
    schema: {
      openAPIV3Schema: {
        properties: { spec: { required: ['needed'], properties: { needed: {}, heavy: {}, light: {} } } },
      },
    },
  });
  const yaml = JSON.stringify({
    kind: 'CustomResourceDefinition',
    spec: {
      group: 'example.com',
      names: { kind: 'Example' },
      versions: [version('v1beta1', true), version('v1', true), version('v2', false)],
    },
  });

  test('keeps one version, and of it what is not left out', () => {
    expect(JSON.parse(narrowed(yaml, { file: 'x.yaml', version: 'v1', without: ['spec.heavy'] }))).toEqual({
      kind: 'CustomResourceDefinition',
      spec: {
        group: 'example.com',
        names: { kind: 'Example' },
        versions: [
          {
            name: 'v1',
            served: true,
            schema: {
              openAPIV3Schema: {
                properties: { spec: { required: ['needed'], properties: { needed: {}, light: {} } } },
              },
            },
          },
        ],
      },
    });
  });

  test('of a file with several is the one that is asked for', () => {
    const other = yaml.replace('Example', 'Other');
    expect(narrowed(`${other}\n---\n${yaml}`, { file: 'x.yaml', kind: 'Example', version: 'v1' })).toContain(
      '"kind":"Example"',
    );
  });

  test.each([
    [
      { version: 'v1', kind: 'Gone' },
      'x.yaml: defines no Gone, only Example; change it in generate-imports.ts',
    ],
    [{ version: 'v2' }, 'x.yaml: serves no version v2, only v1beta1, v1; change it in generate-imports.ts'],
    [
      { version: 'v1', without: ['spec.gone'] },
      'x.yaml: has no such property: spec.gone; remove it from `without` in generate-imports.ts',
    ],
    [
      { version: 'v1', without: ['status.heavy'] },
      'x.yaml: has no such property: status.heavy; remove it from `without` in generate-imports.ts',
    ],
    [
      { version: 'v1', without: ['spec.needed'] },
      'x.yaml: requires this property: spec.needed; remove it from `without` in generate-imports.ts',
    ],
  ])('refuses %j', (definition, message) => {
    expect(() => narrowed(yaml, { file: 'x.yaml', ...definition })).toThrow(message);
  });
});
