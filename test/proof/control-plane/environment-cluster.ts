/** A control plane made ready for one environment, and the environment's way onto it. */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import { synthesisOf } from '../../environments';
import type { ApiClient } from './api-client';
import { ApiError } from './api-error';
import { nameOf, troubles, unavailable } from './availability';
import { clusterNodes } from './cluster-nodes';
import { ControlPlane } from './control-plane';
import { defineCustomResources } from './custom-resources';
import { foreignNamespaces, type EnvironmentObjects } from './environment-objects';
import { operatorSecrets } from './operator-stand-in';
import { enforcePolicies } from './policy-marker';
import { stepsOf } from './shared-budgets';
import { until } from './until';
import { storageClass, VolumeProvisioner } from './volume-provisioner';

/** Seconds on a quiet machine; generous, for what is waited for is no promise about time. */
const SETTLE_LIMIT_MS = 180_000;

export class EnvironmentCluster {
  private constructor(
    public readonly api: ApiClient,
    private readonly plane: ControlPlane,
    private readonly provisioner: VolumeProvisioner,
  ) {}

  /** With nodes, storage classes, definitions and foreign namespaces: what is there before the environment comes. */
  public static async start({ name, objects }: EnvironmentObjects): Promise<EnvironmentCluster> {
    const plane = await ControlPlane.start();
    try {
      const { api } = plane;
      await defineCustomResources(api, objects);
      for (const foreign of foreignNamespaces(objects)) await api.create(namespace(foreign));
      for (const used of storageClasses(objects)) await api.create(storageClass(used));
      const { zones, nodes } = synthesisOf(name).platform;
      for (const node of clusterNodes(objects, zones, nodes)) await addNode(api, node);
      await until('the nodes are ready', SETTLE_LIMIT_MS, () => nodesNotReady(api));
      return new EnvironmentCluster(api, plane, await VolumeProvisioner.start(api));
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** The file by which other programs find it, with every right. */
  public get kubeconfig(): string {
    return this.plane.kubeconfig;
  }

  /**
   * Applies everything, wave after wave, each when the one before is available; and within a wave, what shares a
   * disruption budget one after the other.
   * @throws Error with every refused object of a wave and the API server's words
   */
  public async install({ waves, policies }: Pick<EnvironmentObjects, 'waves' | 'policies'>): Promise<void> {
    for (const [index, wave] of waves.entries()) {
      const [first = [], ...later] = stepsOf(wave);
      await this.applyAll(first);
      if (index === 0) {
        await until('quotas have been counted', SETTLE_LIMIT_MS, () => uncountedQuotas(this.api));
        await enforcePolicies(this.api, policies);
      }
      await this.settle();
      for (const step of later) {
        await this.applyAll(step);
        await this.settle();
      }
    }
  }

  public async applyAll(objects: readonly Manifest[]): Promise<void> {
    const refusals: string[] = [];
    for (const object of objects) {
      try {
        const kept = await this.api.apply(object);
        for (const secret of operatorSecrets(kept)) await this.makeOnce(secret);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refusals.push(`${nameOf(object)}: ${error.answer}`);
      }
    }
    if (refusals.length > 0) throw new Error(`the API server refused:\n${refusals.join('\n')}`);
  }

  /** Until every workload is available, with nothing of a roll-out left. */
  public settle(): Promise<void> {
    return until(
      'every workload is available',
      SETTLE_LIMIT_MS,
      () => unavailable(this.api),
      () => troubles(this.api),
    );
  }

  public async stop(): Promise<void> {
    try {
      this.provisioner.stop();
    } finally {
      await this.plane.stop();
    }
  }

  private async makeOnce(object: Manifest): Promise<void> {
    try {
      await this.api.create(object);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** Those that claims ask for and the environment does not make: the cloud's. */
function storageClasses(objects: readonly Manifest[]): string[] {
  const own = new Set(
    objects.filter(({ kind }) => kind === 'StorageClass').map(({ metadata }) => metadata.name),
  );
  const claims = objects.flatMap((object) =>
    object.kind === 'PersistentVolumeClaim' ? [object] : listAt(object, 'spec', 'volumeClaimTemplates'),
  );
  const used = claims.flatMap((claim) => textAt(claim, 'spec', 'storageClassName') ?? []);
  return [...new Set(used)].filter((name) => !own.has(name));
}

/** A node's capacity is status, which creation drops. */
async function addNode(api: ApiClient, node: Manifest): Promise<void> {
  await api.create(node);
  await api.merge(
    { apiVersion: 'v1', kind: 'Node', name: node.metadata.name },
    { status: node.status },
    'status',
  );
}

async function nodesNotReady(api: ApiClient): Promise<string[]> {
  const nodes = await api.list('v1', 'Node');
  return nodes
    .filter(
      (node) =>
        listAt(node, 'spec', 'taints').some((taint) =>
          (textAt(taint, 'key') ?? '').startsWith('node.kubernetes.io/'),
        ) || fieldsAt(node, 'status', 'allocatable').cpu === undefined,
    )
    .map(({ metadata }) => metadata.name);
}

/** Until a quota is counted, everything that it limits is refused. */
async function uncountedQuotas(api: ApiClient): Promise<string[]> {
  const quotas = await api.list('v1', 'ResourceQuota');
  return quotas
    .filter((quota) =>
      Object.keys(fieldsAt(quota, 'spec', 'hard')).some(
        (resource) => fieldsAt(quota, 'status', 'used')[resource] === undefined,
      ),
    )
    .map(nameOf);
}
