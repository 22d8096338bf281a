/**
 * A small shop of real processes: two web pods behind two Services, a client that a store's NetworkPolicy lets in, a
 * stranger that it does not, a Job, and a program that does not get up. What they serve is one file of Node.
 */
import type { ClusterPlan, ContainerPlan, PodPlan, ProbePlan } from '../../../../stacks/local/cluster-plan';
import { container, NAMESPACE, plan, pod, service } from './small-plan';

/** Serves its host name, what it keeps, and whether it is ready; says when it was asked to end and when it did. */
const PROGRAM = `
  const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
  const { createServer } = require('node:http');
  const { hostname } = require('node:os');
  const note = (text) => appendFileSync('/data/notes', text + ' ' + process.hrtime.bigint() + '\\n');
  writeFileSync('/scratch/ready', '');
  const server = createServer((request, response) => {
    if (request.url === '/ready') response.statusCode = existsSync('/scratch/ready') ? 200 : 503;
    response.setHeader('connection', 'close');
    response.end(request.url === '/notes' ? readFileSync('/data/notes') : hostname());
  });
  server.listen(8080, () => {
    note('started');
    // As images do that write their log to a file.
    appendFileSync('/dev/stdout', 'serving\\n');
  });
  process.on('SIGTERM', () => {
    note('asked');
    setTimeout(() => { note('ended'); process.exit(0); }, 200);
  });
`;

const READINESS: ProbePlan = {
  action: { kind: 'http', port: 8080, path: '/ready', tls: false, headers: {} },
  initialDelayS: 0,
  periodS: 1,
  timeoutS: 5,
  failureThreshold: 1,
  successThreshold: 1,
};

/** In the containers of servers. */
export const NODE = '/opt/node/node';
export const PASSWORD = 'made-for-this-test';
export const MEMORY_BYTES = 512 * 1024 * 1024;

function server(given: Partial<ContainerPlan> = {}): ContainerPlan {
  return container({
    argv: [NODE, '/etc/shop/server.js'],
    imageFiles: { [NODE]: process.execPath },
    mounts: [
      { path: '/etc/shop', volume: 'code', subPath: undefined, readOnly: true },
      { path: '/data', volume: 'data', subPath: undefined, readOnly: false },
      { path: '/scratch', volume: 'scratch', subPath: undefined, readOnly: false },
    ],
    probes: { readiness: READINESS },
    ...given,
  });
}

/** `number` is of its workload, and so of its addresses. */
function serving(name: string, number: number, given: Partial<PodPlan> = {}): PodPlan {
  const ordinal = Number(name.split('-').at(-1));
  return pod({
    name,
    address: `10.244.${number}.${ordinal + 1}`,
    containers: [server()],
    volumes: [
      {
        kind: 'files',
        name: 'code',
        files: {
          'server.js': { content: PROGRAM, mode: 0o444, secret: false },
          'tls/password': { content: PASSWORD, mode: 0o400, secret: true },
        },
      },
      { kind: 'claim', name: 'data', claim: `${NAMESPACE}/data-${name}`, sizeBytes: 1_000_000 },
      { kind: 'scratch', name: 'scratch', sizeBytes: undefined },
    ],
    ...given,
  });
}

/** `loopback` is the second byte of the Services' addresses on the host. */
export function shop(loopback = 99): ClusterPlan {
  const on = (last: number): string => `127.${loopback}.0.${last}`;
  return plan({
    name: 'shop',
    pods: [
      serving('store-0', 1, { wave: 0, kind: 'StatefulSet', subdomain: 'store' }),
      serving('web-0', 2, { wave: 1, kind: 'StatefulSet', subdomain: 'webs' }),
      serving('web-1', 2, { wave: 1, kind: 'StatefulSet', subdomain: 'webs' }),
      serving('client-0', 3, {
        wave: 2,
        containers: [server({ limits: { cpus: 1, memoryBytes: MEMORY_BYTES } })],
      }),
      serving('stranger-0', 4, { wave: 2 }),
      pod({
        name: 'schema-0',
        address: '10.244.5.1',
        kind: 'Job',
        restartPolicy: 'OnFailure',
        initContainers: [
          container({
            name: 'write',
            argv: ['/bin/sh', '-c', 'echo made by the first > /work/message'],
            mounts: [{ path: '/work', volume: 'work', subPath: undefined, readOnly: false }],
          }),
        ],
        containers: [
          container({
            argv: ['/bin/sh', '-c', 'cat /work/message'],
            mounts: [{ path: '/work', volume: 'work', subPath: undefined, readOnly: true }],
          }),
        ],
        volumes: [{ kind: 'scratch', name: 'work', sizeBytes: undefined }],
      }),
      pod({
        name: 'broken-0',
        address: '10.244.6.1',
        containers: [
          container({
            argv: ['/bin/sh', '-c', 'echo cannot find my configuration; exit 7'],
            probes: { readiness: READINESS },
          }),
        ],
      }),
    ],
    services: [
      service({ name: 'web', clusterAddress: '10.96.1.1', loopbackAddress: on(1) }),
      service({ name: 'webs', selector: { app: 'web' }, loopbackAddress: on(2) }),
      service({ name: 'store', clusterAddress: '10.96.1.3', loopbackAddress: on(3) }),
      service({ name: 'broken', clusterAddress: '10.96.1.4', loopbackAddress: on(4) }),
    ],
    networkPolicies: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'store', namespace: NAMESPACE },
        spec: {
          podSelector: { matchLabels: { app: 'store' } },
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: [{ podSelector: { matchLabels: { app: 'client' } } }],
              ports: [{ protocol: 'TCP', port: 8080 }],
            },
          ],
        },
      },
    ],
  });
}

/** All that get up. */
export const WORKLOADS = ['store', 'web', 'client', 'stranger', 'schema'] as const;
