/**
 * One object of each kind that kube-state-metrics watches, in the states that alerts ask for: a Job past its deadline, a
 * container that restarts, one that ended, a claim that waits.
 */
import type { Manifest, ResourceRef } from '../../../policies/manifest';

const NAMESPACE = 'shop';
const LABELS = { app: 'shop' };
const CONTAINER = {
  name: 'shop',
  image: 'shop',
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1', memory: '1Gi' } },
};
const POD = { metadata: { labels: LABELS }, spec: { containers: [CONTAINER] } };
const SELECTOR = { matchLabels: LABELS };
const CLAIM = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
  storageClassName: 'slow',
};
/** Nothing runs it, so that its state can be written. */
const UNSCHEDULED = { schedulingGates: [{ name: 'example.com/never' }] };

export const CLUSTER_OBJECTS: readonly Manifest[] = [
  object('apps/v1', 'Deployment', 'shop', { replicas: 2, selector: SELECTOR, template: POD }),
  object('apps/v1', 'StatefulSet', 'shop', {
    replicas: 1,
    serviceName: 'shop',
    selector: SELECTOR,
    template: POD,
  }),
  object('apps/v1', 'DaemonSet', 'shop', { selector: SELECTOR, template: POD }),
  object('batch/v1', 'CronJob', 'shop', { schedule: '* * * * *', jobTemplate: { spec: jobOf({}) } }),
  object('batch/v1', 'Job', 'late', jobOf({ activeDeadlineSeconds: 1 }, UNSCHEDULED)),
  object('batch/v1', 'Job', 'done', jobOf({})),
  object('v1', 'PersistentVolumeClaim', 'shop', CLAIM),
  object('v1', 'Service', 'shop', { selector: LABELS, ports: [{ port: 80 }] }),
  object('v1', 'ResourceQuota', 'shop', { hard: { pods: '50' } }),
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop', {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
    maxReplicas: 4,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
  }),
  object('policy/v1', 'PodDisruptionBudget', 'shop', { minAvailable: 1, selector: SELECTOR }),
  object('networking.k8s.io/v1', 'Ingress', 'shop', {
    tls: [{ hosts: ['shop.example.com'], secretName: 'shop' }],
    rules: [
      {
        host: 'shop.example.com',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } },
          ],
        },
      },
    ],
  }),
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'slow' },
    provisioner: 'example.com/none',
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'shop' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'other',
      hostPath: { path: '/nowhere' },
    },
  },
  object('v1', 'Pod', 'unwell', { ...UNSCHEDULED, containers: [CONTAINER, { ...CONTAINER, name: 'ended' }] }),
];

/** What a kubelet would say of the last of them. */
export const UNWELL = {
  ref: { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'unwell' } satisfies ResourceRef & {
    apiVersion: string;
  },
  status: {
    phase: 'Failed',
    reason: 'Evicted',
    containerStatuses: [
      {
        ...stateOf('shop'),
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
      { ...stateOf('ended'), state: { terminated: { exitCode: 1, reason: 'Error' } } },
    ],
  },
};

function object(apiVersion: string, kind: string, name: string, spec: object): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE }, spec };
}

function jobOf(spec: object, pod: object = {}): object {
  return { ...spec, template: { spec: { ...POD.spec, ...pod, restartPolicy: 'Never' } } };
}

function stateOf(name: string): object {
  return { name, image: 'shop', imageID: 'shop', ready: false, restartCount: 3 };
}
