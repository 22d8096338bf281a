/**
 * Every object of every environment is valid for Kubernetes 1.34 and newer and for the operators' own definitions,
 * with no unknown field.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { argocdFiles } from '../../stacks/argocd';
import { ENVIRONMENT_NAMES, parsedManifests, synthesisOf } from '../environments';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { schemaJudge } from './schema-judge';

/** Strimzi's and Rook's definitions are in no registry; they lie beside the checkout where the project was made. */
const SHARED_CRDS = resolve(__dirname, '../../../shared/crds');
const hasSharedCrds = existsSync(SHARED_CRDS);
const title = hasSharedCrds
  ? 'schemas'
  : "schemas (Strimzi's and Rook's definitions are not here: their objects are not judged)";

proof(['kubernetes-schemas', 'crds'], title, () => {
  type Judge = ReturnType<typeof schemaJudge>;
  let judges: Map<string, Judge>;

  beforeAll(async () => {
    const folder = await tool('kubernetes-schemas');
    const crds = [await tool('crds'), ...(hasSharedCrds ? [SHARED_CRDS] : [])];
    judges = new Map(
      readdirSync(folder)
        .filter((file) => /^1\.\d+\.json$/.test(file))
        .map((file) => [file.replace('.json', ''), schemaJudge(join(folder, file), crds)]),
    );
  });

  test('Kubernetes 1.34, 1.35 and 1.36 are judged', () => {
    expect([...judges.keys()].sort()).toEqual(['1.34', '1.35', '1.36']);
  });

  test.each(ENVIRONMENT_NAMES)('%s', (name) => {
    const policies = parsedManifests(name, 'policies/admission-policies.yaml');
    expect(policies.length).toBeGreaterThan(50);
    const objects = [...parsedManifests(name), ...policies].filter(
      (object) => hasSharedCrds || !/strimzi|rook|objectbucket/.test(String(object.apiVersion)),
    );
    expect(objects.length).toBeGreaterThan(50);
    const mistakes = [...judges].flatMap(([version, judge]) =>
      objects.flatMap((object) => {
        const { name: objectName } = object.metadata as { name: string };
        return judge(object).map((mistake) => `${version} ${String(object.kind)}/${objectName}: ${mistake}`);
      }),
    );
    expect(mistakes).toEqual([]);
  });

  test.each(ENVIRONMENT_NAMES)('%s: the applications for Argo CD', (name) => {
    const files = argocdFiles(synthesisOf(name), {
      repository: 'https://git.example.com/platform.git',
      revision: 'main',
      path: 'test/golden',
    });
    const applications = [...files.values()].map((text) => parse(text) as Record<string, unknown>);
    // One for each component, the one that brings them all, and what they share.
    expect(applications.length).toBeGreaterThan(synthesisOf(name).platform.components.length);
    const mistakes = [...judges.values()].flatMap((judge) =>
      applications.flatMap((application) => judge(application)),
    );
    expect(mistakes).toEqual([]);
  });

  test.each([
    [
      'an unknown field',
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { portz: [] } },
      '/spec must NOT have additional properties: portz',
    ],
    [
      'a wrong type',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
        spec: { replicas: '2', selector: {}, template: {} },
      },
      '/spec/replicas must be integer',
    ],
    [
      'a missing field',
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { selector: {} } },
      "/spec must have required property 'template'",
    ],
    [
      'an unknown field of a custom resource',
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name: 'x' },
        spec: { datas: [] },
      },
      '/spec must NOT have additional properties: datas',
    ],
    [
      'an API version that is gone',
      {
        apiVersion: 'external-secrets.io/v1beta1',
        kind: 'ExternalSecret',
        metadata: { name: 'x' },
        spec: {},
      },
      'no schema for external-secrets.io/v1beta1 ExternalSecret',
    ],
  ])('%s is refused', (_what, object, message) => {
    for (const judge of judges.values()) expect(judge(object)).toContain(message);
  });
});
