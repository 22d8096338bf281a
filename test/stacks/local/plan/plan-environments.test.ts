/**
 * Every environment as a plan: whatever its manifests ask for is resolved, or left out with a reason.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { podTemplateOf, textAt } from '../../../../stacks/manifest-data';
import type { ClusterPlan, ContainerPlan } from '../../../../stacks/local/cluster-plan';
import { planCluster, type ClusterInputs } from '../../../../stacks/local/plan/plan';
import { localSecrets, type LocalSecrets } from '../../../../stacks/local/secrets/secrets';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../../environments';
import { PROGRAMS } from '../plan-fixture';

const folder = mkdtempSync(join(tmpdir(), 'hyperion-plan-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  const { objects, platform } = synthesisOf(name);
  let secrets: LocalSecrets;
  let plan: ClusterPlan;
  const planned = (given: Partial<ClusterInputs> = {}): ClusterPlan =>
    planCluster({
      name,
      objects,
      programs: PROGRAMS,
      secrets,
      cloud: new Map([...platform.cloudRefs.keys()].map((ref) => [ref, `local-${ref}`])),
      ...given,
    });
  /** By issuers and operators of the cluster that are not among the manifests. */
  const secretsMadeElsewhere = (): string[] =>
    objects.flatMap(({ object }) => {
      const { namespace = '', name: own } = object.metadata;
      if (object.kind === 'ObjectBucketClaim') return [`${namespace}/${own}`];
      if (textAt(object, 'spec', 'issuerRef', 'kind') !== 'ClusterIssuer') return [];
      return [`${namespace}/${textAt(object, 'spec', 'secretName') ?? ''}`];
    });
  const containers = (): ContainerPlan[] =>
    plan.pods.flatMap((pod) => [...pod.initContainers, ...pod.containers]);

  beforeAll(() => {
    secrets = localSecrets(
      join(folder, name),
      objects.map(({ object }) => object),
      new Date(),
    );
    plan = planned();
  });

  test('every workload is planned, or left out for a reason that is in the manifest', () => {
    const started = new Set(plan.pods.map(({ namespace, workload }) => `${namespace}/${workload}`));
    const leftOut = new Map(plan.leftOut.map(({ what, because }) => [what, because]));
    const workloads = objects
      .filter(({ object }) => podTemplateOf(object) !== undefined)
      .map(({ object }) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`);
    expect(workloads.length).toBeGreaterThan(2);
    expect(workloads.filter((workload) => started.has(workload) === leftOut.has(workload))).toEqual([]);
    const reasons = workloads.flatMap((workload) => leftOut.get(workload) ?? []);
    const elsewhere = secretsMadeElsewhere();
    const unexpected = reasons.filter(
      (reason) =>
        !/^(suspended:|a CronJob:|hostNetwork )/.test(reason) &&
        !elsewhere.some((secret) => reason.endsWith(`nobody makes the Secret ${secret}`)),
    );
    expect(unexpected).toEqual([]);
  });

  test('nothing is unresolved', () => {
    const texts = [
      ...containers().flatMap(({ argv, env }) => [...argv, ...Object.values(env)]),
      ...plan.pods.flatMap(({ volumes }) =>
        volumes.flatMap((volume) =>
          volume.kind === 'files' ? Object.values(volume.files).map(({ content }) => content) : [],
        ),
      ),
    ];
    expect(texts.filter((text) => text.includes('${cloud:'))).toEqual([]);
    const values = containers().flatMap(({ argv, env }) => [...argv, ...Object.values(env)]);
    expect(values.filter((text) => /\$\([A-Za-z_]/.test(text))).toEqual([]);
  });

  test('every mount has its volume, and every sub-path of files its file', () => {
    const lost = plan.pods.flatMap((pod) =>
      [...pod.initContainers, ...pod.containers].flatMap(({ mounts }) =>
        mounts.filter(({ volume: wanted, subPath }) => {
          const volume = pod.volumes.find((each) => each.name === wanted);
          return (
            volume === undefined ||
            (volume.kind === 'files' && subPath !== undefined && !(subPath in volume.files))
          );
        }),
      ),
    );
    expect(lost).toEqual([]);
  });

  test('no file and no secret value is empty', () => {
    const empty = plan.pods.flatMap((pod) =>
      pod.volumes.flatMap((volume) =>
        volume.kind !== 'files'
          ? []
          : Object.entries(volume.files)
              .filter(([, { content }]) => content === '')
              .map(([path]) => `${pod.name} ${volume.name} ${path}`),
      ),
    );
    expect(empty).toEqual([]);
    expect(
      [...secrets.secrets.values()].flatMap((data) => Object.values(data)).filter((text) => text === ''),
    ).toEqual([]);
  });

  test('addresses are unique', () => {
    const addresses = [
      ...plan.pods.map(({ address }) => address),
      ...plan.services.flatMap(({ clusterAddress }) => clusterAddress ?? []),
      ...plan.services.map(({ loopbackAddress }) => loopbackAddress),
    ];
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  test('each Service selects a pod, on a port that it opens', () => {
    const open = plan.services.filter((service) => {
      const pods = plan.pods.filter(
        (pod) =>
          pod.namespace === service.namespace &&
          Object.entries(service.selector).every(([key, value]) => pod.labels[key] === value),
      );
      return pods.some((pod) =>
        service.ports.every(({ targetPort }) => Object.values(pod.namedPorts).includes(targetPort)),
      );
    });
    const leftOut = new Set(plan.leftOut.map(({ what }) => what));
    const isLeftOut = (service: ClusterPlan['services'][number]): boolean =>
      objects.some(({ object }) => {
        const { namespace = '', name: workload } = object.metadata;
        const labels = podTemplateOf(object)?.labels;
        return (
          labels !== undefined &&
          namespace === service.namespace &&
          leftOut.has(`${namespace}/${workload}`) &&
          Object.entries(service.selector).every(([key, value]) => labels[key] === value)
        );
      });
    const served = plan.services.filter((service) => !isLeftOut(service));
    expect(open.map(({ name: service }) => service)).toEqual(served.map(({ name: service }) => service));
  });

  test('a second plan is the same, and so is what is chosen of it', () => {
    const again = localSecrets(
      join(folder, name),
      objects.map(({ object }) => object),
      new Date(),
    );
    expect([...again.secrets]).toEqual([...secrets.secrets]);
    expect(planned({ secrets: again })).toEqual(plan);
    const workload = plan.pods.at(-1)?.workload ?? '';
    expect(planned({ only: [workload] }).pods).toEqual(plan.pods.filter((pod) => pod.workload === workload));
  });

  test('without the values of the cloud, those who need them are left out by name', () => {
    const without = planned({ cloud: new Map() });
    const missing = without.leftOut.filter(({ because }) => because.includes('${cloud:'));
    expect(missing.length > 0).toBe(platform.cloudRefs.size > 0);
    expect(JSON.stringify(without.pods)).not.toContain('${cloud:');
  });
});
