/**
 * Each environment on a real control plane: admitted with strict fields, Pod Security and the policies in force; available
 * wave by wave; spread as declared; the same again changes nothing; and its nodes can be drained one after the other.
 * Not proved here: kubelets and programs (KWOK says that pods are ready), clouds (volumes, load balancers, identities) and
 * operators (what they would make of custom resources is made by the fixture).
 */
import { Workload } from '../../constructs/core/workload';
import type { Manifest } from '../../policies/manifest';
import { fieldsAt, listAt, numberAt, textAt, type Fields } from '../../stacks/manifest-data';
import { keyMistakes } from '../../stacks/manifest-checks/secret-keys';
import { ObjectIndex } from '../../stacks/manifest-checks/object-index';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { ApiError } from './control-plane/api-error';
import { nameOf, troubles, unavailable } from './control-plane/availability';
import { refOf, resumeJobs, runCronJobs } from './control-plane/by-hand';
import { CONTROL_PLANE_TOOLS } from './control-plane/control-plane';
import { declaredSpreadMistakes } from './control-plane/declared-spread';
import { drainTests } from './control-plane/drain-tests';
import { EnvironmentCluster, namespace } from './control-plane/environment-cluster';
import { environmentObjects } from './control-plane/environment-objects';
import { spreadMistakes } from './control-plane/spread';
import { HOSTNAME } from './control-plane/topology';
import { until } from './control-plane/until';

jest.setTimeout(900_000);

const environments = ENVIRONMENT_NAMES.map(environmentObjects);

proof(CONTROL_PLANE_TOOLS, 'the control plane takes', () => {
  describe.each(environments)('$name$leftOut', (environment) => {
    let cluster: EnvironmentCluster;

    beforeAll(async () => {
      cluster = await EnvironmentCluster.start(environment);
      await cluster.install(environment);
    });

    afterAll(async () => {
      await cluster.stop();
    });

    test('every object, without a warning, and makes every workload available', async () => {
      expect(cluster.api.warnings).toEqual([]);
      expect(await unavailable(cluster.api)).toEqual([]);
      const pods = await cluster.api.list('v1', 'Pod');
      const owners = environment.objects.filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind));
      expect(pods.length).toBeGreaterThanOrEqual(owners.length);
    });

    test('the replicas spread over zones and nodes', async () => {
      const [pods, nodes] = await Promise.all([
        cluster.api.list('v1', 'Pod'),
        cluster.api.list('v1', 'Node'),
      ]);
      expect(spreadMistakes(pods, nodes)).toEqual([]);
      expect(declaredSpreadMistakes(synthesisOf(environment.name).platform, pods, nodes)).toEqual([]);
    });

    test('every pod finds the Secrets, ConfigMaps and keys that its kubelet would look for', async () => {
      const kinds = ['Pod', 'Secret', 'ConfigMap'];
      const objects = (await Promise.all(kinds.map((kind) => cluster.api.list('v1', kind)))).flat();
      expect(keyMistakes(new ObjectIndex(objects))).toEqual([]);
    });

    test('the quotas hold what runs, and refuse more', async () => {
      const quotas = await cluster.api.list('v1', 'ResourceQuota');
      const own = environment.objects.filter(({ kind }) => kind === 'ResourceQuota');
      expect(quotas.map(nameOf).sort()).toEqual(own.map(nameOf).sort());
      for (const quota of quotas) {
        const answer = await refusalOf(cluster, await greedyPod(cluster, quota));
        expect(answer).toMatch(/exceeded quota: /);
      }
    });

    test('the same again changes nothing', async () => {
      const changed: string[] = [];
      for (const object of [...environment.objects, ...environment.policies]) {
        const before = await cluster.api.get(refOf(object));
        const after = await cluster.api.apply(object);
        // Once, who owns what may be written down anew, because a controller wrote since. Never twice.
        const isSame =
          versionOf(before) === versionOf(after) ||
          (generationOf(before) === generationOf(after) &&
            versionOf(after) === versionOf(await cluster.api.apply(object)));
        if (!isSame) changed.push(nameOf(object));
      }
      expect(changed).toEqual([]);
      expect(await unavailable(cluster.api)).toEqual([]);
    });

    test('what waits for its hour or for an operator is admitted and comes to its end', async () => {
      const started = (await runCronJobs(cluster.api)) + (await resumeJobs(cluster.api));
      const waiting = environment.objects.filter(
        ({ kind, spec }) => kind === 'CronJob' || (kind === 'Job' && fieldsAt(spec).suspend === true),
      );
      expect(started).toBe(waiting.length);
      await cluster.settle();
    });

    describe('and these proofs can fail', () => {
      test('a Deployment that cannot keep its replicas apart stays pending and is named', async () => {
        const nodes = await cluster.api.list('v1', 'Node');
        const deployment = apart('cannot-spread', nodes.length + 1);
        await cluster.api.create(namespace('elsewhere'));
        await cluster.api.create(deployment);
        const named = `Deployment elsewhere/cannot-spread: ${nodes.length} of ${nodes.length + 1} ready, ${nodes.length + 1} updated, ${nodes.length + 1} in all`;
        let told: readonly string[] = [];
        await until('all but one run', 120_000, async () => {
          told = [...(await unavailable(cluster.api)), ...(await troubles(cluster.api))];
          return told.includes(named) && told.some((line) => line.includes('anti-affinity')) ? [] : told;
        });
        expect(told.join('\n')).toContain("didn't match pod anti-affinity rules");
        await cluster.api.delete(refOf(deployment));
      });

      test('a pod that lies beside its replica is named', async () => {
        const [pods, nodes] = await Promise.all([
          cluster.api.list('v1', 'Pod'),
          cluster.api.list('v1', 'Node'),
        ]);
        const [first] = nodes;
        const crowded = pods
          .filter((pod) => pod.metadata.namespace !== 'elsewhere')
          .map((pod) => ({ ...pod, spec: { ...fieldsAt(pod, 'spec'), nodeName: first?.metadata.name } }));
        const declared = synthesisOf(environment.name).platform;
        const mistakes = [
          ...spreadMistakes(crowded, nodes),
          ...declaredSpreadMistakes(declared, crowded, nodes),
        ];
        // With one zone nothing is promised, nor to a workload that is alone.
        const isReplicated = declared.graph.parties.some(
          (party) => party instanceof Workload && party.kind !== 'DaemonSet' && party.replicas > 1,
        );
        expect(mistakes.length > 0).toBe(declared.zones > 1 && isReplicated);
      });

      test('an unknown field, and a field that somebody else changed, are refused by name', async () => {
        const service = first(environment.objects, 'Service');
        const misspelt = { ...service, spec: { ...fieldsAt(service, 'spec'), portz: [] } };
        await expect(cluster.applyAll([misspelt])).rejects.toThrow(
          /Service \S+: .*\.spec\.portz: field not declared in schema/s,
        );
        const config = first(environment.objects, 'ConfigMap');
        const [key = ''] = Object.keys(fieldsAt(config, 'data'));
        await cluster.api.merge(refOf(config), { data: { [key]: 'edited by hand' } });
        await expect(cluster.applyAll([config])).rejects.toThrow(/conflict with "somebody-else".*\.data\./s);
      });
    });

    // Last, for it moves every pod.
    drainTests(environment, () => cluster);
  });
});

function first(objects: readonly Manifest[], kind: string): Manifest {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

function versionOf({ metadata }: Manifest): string {
  return textAt(metadata, 'resourceVersion') ?? '';
}

/** Counts the changes of what is asked for; undefined for kinds that have nothing but that. */
function generationOf({ metadata }: Manifest): number | undefined {
  return numberAt(metadata, 'generation');
}

async function refusalOf(cluster: EnvironmentCluster, object: Manifest): Promise<string> {
  try {
    await cluster.api.apply(object, { tryOnly: true });
    return 'admitted';
  } catch (error) {
    if (error instanceof ApiError) return error.answer;
    throw error;
  }
}

/** A pod that keeps every rule, for it is a running one's twin, but asks for more than any quota has left. */
async function greedyPod(cluster: EnvironmentCluster, quota: Manifest): Promise<Manifest> {
  const [model] = await cluster.api.list('v1', 'Pod', quota.metadata.namespace);
  if (model === undefined) throw new Error(`${nameOf(quota)} limits no pod`);
  const spec = without(fieldsAt(model, 'spec'), ['nodeName', 'topologySpreadConstraints', 'affinity']);
  const { labels, annotations, ownerReferences, namespace: home } = model.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'greedy',
      labels,
      annotations,
      ownerReferences,
      ...(home === undefined ? {} : { namespace: home }),
    },
    spec: {
      ...spec,
      containers: listAt(spec, 'containers').map((container) => ({
        ...(container as Manifest),
        resources: {
          ...fieldsAt(container, 'resources'),
          requests: { ...fieldsAt(container, 'resources', 'requests'), cpu: '1000000' },
          limits: { ...fieldsAt(container, 'resources', 'limits'), cpu: '1000000' },
        },
      })),
    },
  };
}

function without(fields: Fields, left: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !left.includes(name)));
}

function apart(name: string, replicas: number): Manifest {
  const labels = { app: name };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: HOSTNAME };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'elsewhere' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
          containers: [{ name: 'main', image: 'registry.example.com/main:1' }],
        },
      },
    },
  };
}
