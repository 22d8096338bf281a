/**
 * `pulumi up` for environments on a cluster that exists, with the real command line and the real Kubernetes provider, against
 * a real control plane on loopback: everything is shown before it is made, made in order, not changed the second time, and
 * gone after `destroy`.
 * Not proved here: kubelets and programs (KWOK says that pods are ready), operators, and load balancers (stand-ins).
 */
import type { Manifest } from '../../policies/manifest';
import { checkCloudValues, withCloudValues, type CloudValues } from '../../stacks/cloud-values';
import { fieldsAt } from '../../stacks/manifest-data';
import { synthesisOf } from '../environments';
import { proofOnPath } from '../tools/proof';
import { nameOf, unavailable } from './control-plane/availability';
import { refOf } from './control-plane/by-hand';
import { CONTROL_PLANE_TOOLS } from './control-plane/control-plane';
import { EnvironmentCluster } from './control-plane/environment-cluster';
import { environmentObjects, type EnvironmentObjects } from './control-plane/environment-objects';
import { contentOf } from './pulumi/cluster-content';
import { Outside } from './pulumi/outside';
import { PULUMI_PROGRAMS, PulumiProject } from './pulumi/pulumi-project';
import type { PulumiRun, Step } from './pulumi/pulumi-run';

jest.setTimeout(900_000);

const ENVIRONMENTS = ['telemetry-dev', 'anton', 'hyperion-dev'].map(environmentObjects);

proofOnPath(PULUMI_PROGRAMS, CONTROL_PLANE_TOOLS, 'pulumi up, on a cluster that exists,', () => {
  describe.each(ENVIRONMENTS)('$name$leftOut', (environment) => {
    const { name, objects } = environment;
    const isProd = synthesisOf(name).platform.tier === 'prod';
    let cluster: EnvironmentCluster;
    let outside: Outside;
    let project: PulumiProject;
    let before: readonly string[];

    beforeAll(async () => {
      cluster = await EnvironmentCluster.start(environment);
      outside = await Outside.start(cluster.api, objects);
      before = await contentOf(cluster.api, objects);
      project = new PulumiProject(cluster.kubeconfig);
      await project.init(name, settings(referencesOf(name)));
    });

    afterAll(async () => {
      project.remove();
      try {
        outside.stop();
      } finally {
        await cluster.stop();
      }
    });

    test('a preview shows every object, breaks no rule of the policy pack, and makes none', async () => {
      const run = await project.run('preview', name, ...PACK);
      expect(failure(run)).toBe('');
      expect(run.steps.filter(({ op }) => op !== 'create')).toEqual([]);
      expect(objectsOf(run.steps)).toEqual(objects.map(nameOf).sort());
      expect(run.violations).toEqual([]);
      expect(await contentOf(cluster.api, objects)).toEqual(before);
    });

    test('the policy pack finds what breaks a rule, and stops it in production', async () => {
      project.addToProgram(PRIVILEGED_POD);
      const run = await project.run('preview', name, ...PACK);
      project.resetProgram();
      const level = isProd ? 'mandatory' : 'advisory';
      expect(run.violations).toContainEqual(
        expect.objectContaining({ policy: 'no-privileged-containers', resource: 'privileged', level }),
      );
      expect(run.isGood).toBe(!isProd);
    });

    test('up makes them, and waits until every workload is available', async () => {
      const run = await project.run('up', name);
      expect(failure(run)).toBe('');
      expect(run.warnings.filter((warning) => OF_THE_SERVER.test(warning))).toEqual([]);
      expect(await unavailable(cluster.api)).toEqual([]);
      const live = await Promise.all(objects.map((object) => cluster.api.get(refOf(object))));
      expect(JSON.stringify(live)).not.toContain('${cloud:');
    });

    test('a second up changes nothing', async () => {
      const run = await project.run('up', name);
      expect(failure(run)).toBe('');
      expect(run.steps.filter(({ op }) => op !== 'same')).toEqual([]);
      expect(objectsOf(run.steps)).toEqual(objects.map(nameOf).sort());
    });

    test('its outputs are what GitOps needs', async () => {
      const outputs = JSON.parse(await project.text('stack', 'output', '--json', '--stack', name)) as Outputs;
      const { platform, files } = synthesisOf(name);
      expect(checkCloudValues(platform, outputs.cloudValues, 'outputs')).toEqual([]);
      const resolved = [...withCloudValues(files, outputs.cloudValues).values()].join('\n');
      expect(resolved).not.toContain('${cloud:');
    });

    test('its state has no secret in plain text', async () => {
      const state = await project.text('stack', 'export', '--stack', name);
      expect(state).toContain('"deployment"');
      const secrets = (await cluster.api.list('v1', 'Secret')).flatMap(({ data }) =>
        Object.values(fieldsAt(data)),
      );
      expect(secrets.length).toBeGreaterThan(0);
      for (const secret of [project.passphrase, ...secrets.map((value) => decoded(String(value)))])
        expect(state.includes(secret)).toBe(false);
    });

    for (const reference of changing(environment)) {
      test(`a changed ${reference} changes the objects that have it, and no other`, async () => {
        const users = objects.filter((object) => uses(object, reference));
        project.writeSettings(name, settings({ ...referencesOf(name), [reference]: 'another-value' }));
        const run = await project.run('up', name);
        expect(failure(run)).toBe('');
        const changed = run.steps.filter(({ op }) => op !== 'same');
        expect([...new Set(objectsOf(changed))]).toEqual(users.map(nameOf).sort());
        // Kubernetes takes no change of a Job's pods; everything else stays where it is.
        const replaced = objectsOf(changed.filter(({ op }) => op !== 'update'));
        expect([...new Set(replaced)]).toEqual(
          users
            .filter(({ kind }) => kind === 'Job')
            .map(nameOf)
            .sort(),
        );
        project.writeSettings(name, settings(referencesOf(name)));
        expect(failure(await project.run('up', name))).toBe('');
      });
    }

    if (isProd)
      test('destroy refuses to delete what holds data', async () => {
        const run = await project.run('destroy', name);
        expect(run.isGood).toBe(false);
        expect(run.said).toContain('cannot be deleted\nbecause it is protected');
        await project.text('state', 'unprotect', '--all', '--yes', '--stack', name);
      });

    test(
      isProd ? 'destroy then leaves what holds data, and nothing else' : 'destroy leaves nothing behind',
      async () => {
        const { steps } = await project.run('preview', name);
        const kept = new Set(objectsOf(steps.filter(({ isKept }) => isKept)));
        const run = await project.run('destroy', name);
        expect(failure(run)).toBe('');
        const left = new Set(await contentOf(cluster.api, objects));
        expect(
          objects
            .map(nameOf)
            .filter((object) => left.has(object))
            .sort(),
        ).toEqual([...kept].sort());
        expect(kept.size > 0).toBe(isProd);
        if (!isProd) expect([...left].sort()).toEqual([...new Set(before)].sort());
      },
    );
  });
});

interface Outputs {
  readonly cloudValues: CloudValues;
}

const PACK = ['--policy-pack', 'policies'];

/** What the API server says of an object that it takes all the same: unknown or outdated fields, pods that it would refuse. */
const OF_THE_SERVER = /unknown field|unrecognized|deprecated|unavailable in v|would violate/i;

const PRIVILEGED_POD = `
const { Pod } = require('@pulumi/kubernetes/core/v1/pod');
const main = { name: 'main', image: 'registry.example.com/main:1.0.0', securityContext: { privileged: true } };
new Pod('privileged', { metadata: { name: 'privileged', namespace: 'default' }, spec: { containers: [main] } });
`;

/** As an operator of a cluster that exists writes them: its context, and the values that clouds would have handed over. */
function settings(references: CloudValues): object {
  return { 'hyperion:cloud': 'existing', 'hyperion:existing': { context: 'test', references } };
}

function referencesOf(name: string): CloudValues {
  const names = [...synthesisOf(name).platform.cloudRefs.keys()].sort();
  return Object.fromEntries(names.map((reference) => [reference, `stand-in-for-${reference}`]));
}

function uses(object: Manifest, reference: string): boolean {
  return JSON.stringify(object).includes(`\${cloud:${reference}}`);
}

/** One reference for each kind that takes a change in its own way. */
function changing({ name, objects }: EnvironmentObjects): string[] {
  const references = Object.keys(referencesOf(name));
  const first = ['ConfigMap', 'Job', 'ServiceAccount'].flatMap(
    (kind) =>
      references.find((one) => objects.some((object) => object.kind === kind && uses(object, one))) ?? [],
  );
  return [...new Set(first)];
}

/** Empty when all went well; else all that it said. */
function failure({ isGood, said }: PulumiRun): string {
  return isGood ? '' : said;
}

function objectsOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ object }) => object ?? []).sort();
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
