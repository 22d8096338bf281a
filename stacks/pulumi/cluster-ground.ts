/**
 * What stands in a cluster before the platform: the way into it, operators, and what they need to know of the cloud.
 */
import { output, type ProviderResource, type Resource } from '@pulumi/pulumi';
import { Provider } from '@pulumi/kubernetes/provider';
import type { Cloud, CloudDemand, KubernetesAccess } from '../../infra/cloud';
import type { Operator } from '../operators';
import { issuerObjects, type Issuers } from './issuers';
import { awaitAnnotations, ComponentGroup, KubernetesObject, type SentObject } from './objects';
import { installOperators, secretStoreObject, storageClassObject } from './operators';

export interface GroundInputs {
  readonly cloud: Cloud;
  readonly demand: CloudDemand;
  readonly install: readonly Operator[];
  readonly issuers: Issuers;
}

export interface ClusterGround {
  readonly provider: ProviderResource;
  /** Operators are there, and know their store and their authorities. */
  readonly ready: readonly Resource[];
}

export function makeClusterGround({ cloud, demand, install, issuers }: GroundInputs): ClusterGround {
  const { environment, tier } = demand;
  const provider = makeProvider(environment, cloud.kubernetes);
  const operators = installOperators(install, { ...cloud, tier, provider });
  const objects = [
    ...cloud.storageClasses.map((storageClass) => storageClassObject(storageClass, tier)),
    ...(cloud.secretStore === undefined ? [] : [secretStoreObject(cloud.secretStore)]),
    ...issuerObjects(issuers, cloud),
  ];
  if (objects.length === 0) return { provider, ready: operators };
  const parent = new ComponentGroup('cluster-ground');
  const dependsOn = [...cloud.readyAfter, ...operators];
  const made = objects.map(
    (object) => new KubernetesObject(awaited(object), { parent, provider, dependsOn }),
  );
  return { provider, ready: [...operators, ...made] };
}

function makeProvider(environment: string, { kubeconfig, context }: KubernetesAccess): Provider {
  return new Provider(`${environment}-cluster`, {
    ...(kubeconfig === undefined ? {} : { kubeconfig: output(kubeconfig) }),
    ...(context === undefined ? {} : { context }),
    // Fields that others own (an autoscaler's replicas) stay theirs.
    enableServerSideApply: true,
    // Pods roll by the hash of their configuration; a replaced ConfigMap would be away for a moment.
    enableConfigMapMutable: true,
    // A cluster that cannot be reached has not lost its objects.
    deleteUnreachable: false,
  });
}

function awaited(object: SentObject): SentObject {
  const annotations = awaitAnnotations(object, { until: 'ready', ingressClasses: new Set() });
  if (Object.keys(annotations).length === 0) return object;
  return { ...object, metadata: { ...object.metadata, annotations } };
}
