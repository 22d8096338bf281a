/** Plans by hand, small enough to read: what the tests of the node run. */
import type { ClusterPlan, ContainerPlan, PodPlan, ServicePlan } from '../../../../stacks/local/cluster-plan';

export const NAMESPACE = 'shop';

export function container(given: Partial<ContainerPlan> & Pick<ContainerPlan, 'argv'>): ContainerPlan {
  return {
    name: 'main',
    image: 'example.com/small:1',
    env: {},
    workingDir: undefined,
    user: 10_001,
    group: 10_001,
    mounts: [],
    imageFiles: {},
    probes: {},
    limits: { cpus: undefined, memoryBytes: undefined },
    standIn: undefined,
    ...given,
  };
}

export function pod(given: Partial<PodPlan> & Pick<PodPlan, 'name' | 'address' | 'containers'>): PodPlan {
  return {
    namespace: NAMESPACE,
    workload: given.name.replace(/-\d+$/, ''),
    kind: 'Deployment',
    wave: 0,
    labels: { app: given.name.replace(/-\d+$/, '') },
    subdomain: undefined,
    namedPorts: {},
    initContainers: [],
    volumes: [],
    restartPolicy: 'Always',
    backoffLimit: 0,
    terminationGraceS: 10,
    ...given,
  };
}

export function service(given: Partial<ServicePlan> & Pick<ServicePlan, 'name'>): ServicePlan {
  return {
    namespace: NAMESPACE,
    clusterAddress: undefined,
    loopbackAddress: '127.99.0.1',
    selector: { app: given.name },
    publishNotReady: false,
    ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    ...given,
  };
}

export function plan(given: Partial<ClusterPlan> & Pick<ClusterPlan, 'pods'>): ClusterPlan {
  return {
    name: 'small',
    services: [],
    networkPolicies: [],
    namespaces: new Map([[NAMESPACE, { 'kubernetes.io/metadata.name': NAMESPACE }]]),
    outsideNames: new Map(),
    leftOut: [],
    ...given,
  };
}
