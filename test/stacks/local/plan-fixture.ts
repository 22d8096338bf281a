/** Small manifests and a plan of them, for the tests of the loopback cluster's planning. */
import type { Manifest } from '../../../policies/manifest';
import type { ClusterPlan, ContainerPlan, PodPlan } from '../../../stacks/local/cluster-plan';
import { planCluster, type ClusterInputs } from '../../../stacks/local/plan/plan';
import type { Program, Programs } from '../../../stacks/local/programs';
import type { SecretData } from '../../../stacks/local/secrets/secrets';

type Fields = Readonly<Record<string, unknown>>;

export const PROGRAM: Program = {
  found: true,
  entrypoint: ['/bin/program', '--from-image'],
  files: { '/bin/program': '/tools/program' },
  user: 65_534,
  env: { PATH: '/bin' },
  standIn: undefined,
};

/** Has every image but those called `missing`. */
export const PROGRAMS: Programs = {
  find: (image) =>
    image.startsWith('missing') ? { found: false, because: `${image} is in no registry` } : PROGRAM,
};

export function workload(kind: string, name: string, podSpec: Fields = {}, spec: Fields = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: {
      ...spec,
      template: {
        metadata: { labels: { app: name }, annotations: { note: 'by hand' } },
        spec: {
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          containers: [{ name, image: 'some' }],
          ...podSpec,
        },
      },
    },
  };
}

/** A pod of one container called `main`. */
export function deployment(container: Fields, podSpec: Fields = {}): Manifest {
  return workload('Deployment', 'web', {
    containers: [{ name: 'main', image: 'some', ...container }],
    ...podSpec,
  });
}

export function object(kind: string, name: string, fields: Fields, namespace = 'shop'): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name, namespace }, ...fields };
}

export interface Given extends Partial<Omit<ClusterInputs, 'objects' | 'secrets'>> {
  readonly secrets?: Readonly<Record<string, SecretData>>;
}

export function planOf(objects: readonly Manifest[], { secrets = {}, ...given }: Given = {}): ClusterPlan {
  return planCluster({
    name: 'test',
    objects: objects.map((each) => ({ wave: 2, object: each })),
    programs: PROGRAMS,
    cloud: new Map(),
    ...given,
    secrets: { secrets: new Map(Object.entries(secrets)), leftOut: [] },
  });
}

export function onlyPod(plan: ClusterPlan): PodPlan {
  const [pod, ...others] = plan.pods;
  if (pod === undefined || others.length > 0) {
    throw new Error(
      `one pod was expected, not ${plan.pods.length}; left out: ${JSON.stringify(plan.leftOut)}`,
    );
  }
  return pod;
}

export function onlyContainer(plan: ClusterPlan): ContainerPlan {
  const [container] = onlyPod(plan).containers;
  if (container === undefined) throw new Error('the pod has no container');
  return container;
}
