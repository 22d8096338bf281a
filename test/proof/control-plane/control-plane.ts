/**
 * A real Kubernetes control plane on loopback: etcd, API server, controller manager, scheduler, and KWOK for the kubelets
 * of simulated nodes. Keys and tokens are made for each run; everything lies in one private folder and ends with the test.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../tools/obtain';
import type { ToolName } from '../../tools/registry';
import { freePort } from '../free-port';
import { ApiClient } from './api-client';
import { TiedProcess } from './tied-process';
import { until } from './until';

/** For `proof(…)`. */
export const CONTROL_PLANE_TOOLS = [
  'crds',
  'etcd',
  'kubernetes',
  'kwok',
] as const satisfies readonly ToolName[];

interface ControlPlaneProps {
  /**
   * Whether there are controllers, a scheduler and kubelets. Without them objects are judged and kept, and nothing follows.
   * @default true
   */
  readonly runsPods?: boolean;
}

/** Ready within 4 s on a quiet machine; this is for one that builds tools beside it. */
const START_LIMIT_MS = 120_000;
/** Neither controllers nor the scheduler may wait for themselves: the defaults are made for a shared API server. */
const CLIENT_RATE = { qps: 1000, burst: 2000 } as const;
/** They live for a minute: collecting garbage seldom costs memory for a while, and saves time. */
const GO = { GOGC: '400' } as const;
const STAGES = [
  'node/fast/node-initialize',
  'node/heartbeat-with-lease/node-heartbeat-with-lease',
  'pod/fast/pod-ready',
  'pod/fast/pod-complete',
  'pod/fast/pod-delete',
] as const;
/** What asks for something that is not here: real volumes, kubelets that want certificates, clouds. */
const CONTROLLERS_LEFT_OUT = [
  'persistentvolume-attach-detach-controller',
  'persistentvolume-expander-controller',
  'certificatesigningrequest-approving-controller',
  'certificatesigningrequest-cleaner-controller',
  'certificatesigningrequest-signing-controller',
];

export class ControlPlane {
  /** Everything may be done with it. */
  public readonly api: ApiClient;

  private constructor(
    private readonly dir: string,
    private readonly processes: readonly TiedProcess[],
    api: ApiClient,
  ) {
    this.api = api;
  }

  public static async start({ runsPods }: ControlPlaneProps = {}): Promise<ControlPlane> {
    const dir = mkdtempSync(join(tmpdir(), 'hyperion-control-plane-'));
    const processes: TiedProcess[] = [];
    try {
      const server = await startApiServer(dir, processes);
      if (runsPods ?? true) await startControllers(dir, processes);
      return new ControlPlane(dir, processes, ApiClient.to(server));
    } catch (error) {
      await end(dir, processes);
      throw error;
    }
  }

  /** The file by which other programs find it, with every right. */
  public get kubeconfig(): string {
    return join(this.dir, 'kubeconfig');
  }

  /** @throws Error with the log of a program that ended by itself: what followed proves nothing */
  public async stop(): Promise<void> {
    const dead = this.processes.filter((process) => !process.isRunning);
    const story = dead.map((process) => `${process.name} ended by itself:\n${process.log.slice(-2000)}`);
    this.api.close();
    await end(this.dir, this.processes);
    if (story.length > 0) throw new Error(story.join('\n'));
  }
}

async function end(dir: string, processes: readonly TiedProcess[]): Promise<void> {
  // Clients before servers, so that none logs errors about the other.
  for (const process of [...processes].reverse()) await process.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function startApiServer(dir: string, processes: TiedProcess[]) {
  const [clientPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()]);
  const etcd = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  processes.push(
    new TiedProcess(
      'etcd',
      await tool('etcd'),
      [
        `--data-dir=${join(dir, 'etcd')}`,
        `--listen-client-urls=${etcd}`,
        `--advertise-client-urls=${etcd}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
        // What it keeps is thrown away with the test; waiting for the disk would only cost time.
        '--unsafe-no-fsync',
        '--log-level=error',
      ],
      join(dir, 'etcd.log'),
      GO,
    ),
  );

  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const token = randomBytes(24).toString('hex');
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const publicKey = file('service-accounts.pub', keys.publicKey);
  const privateKey = file('service-accounts.key', keys.privateKey);
  const apiServer = new TiedProcess(
    'kube-apiserver',
    await tool('kubernetes', 'kube-apiserver'),
    [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      // It makes a certificate for itself there.
      `--cert-dir=${join(dir, 'tls')}`,
      `--token-auth-file=${file('tokens.csv', `${token},test,test,"system:masters"\n`)}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${publicKey}`,
      `--service-account-signing-key-file=${privateKey}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/12',
      // Real clusters allow them, and leave it to policies to refuse them.
      '--allow-privileged=true',
      // One server that nobody else uses: no fair queues, and no address to publish.
      '--enable-priority-and-fairness=false',
      '--endpoint-reconciler-type=none',
      '--profiling=false',
    ],
    join(dir, 'kube-apiserver.log'),
    GO,
  );
  processes.push(apiServer);
  const certificate = join(dir, 'tls', 'apiserver.crt');
  let api: ApiClient | undefined;
  await until(
    'kube-apiserver is ready',
    START_LIMIT_MS,
    async () => {
      if (!apiServer.isRunning) throw new Error(`kube-apiserver ended:\n${apiServer.log.slice(-4000)}`);
      const ca = readOrNothing(certificate);
      if (ca === undefined) return ['it has not made its certificate'];
      api ??= ApiClient.to({ port, ca, token });
      return (await api.isReady()) ? [] : ['/readyz does not answer'];
    },
    () => Promise.resolve([apiServer.log.slice(-4000)]),
  );
  api?.close();
  const server = { port, ca: readFileSync(certificate, 'utf8'), token };
  file('kubeconfig', kubeconfig(server.port, certificate, token));
  return server;
}

async function startControllers(dir: string, processes: TiedProcess[]): Promise<void> {
  const config = join(dir, 'kubeconfig');
  const schedulerConfig = join(dir, 'scheduler.json');
  writeFileSync(schedulerConfig, JSON.stringify(schedulerConfiguration(config)));
  const stages = await Promise.all(STAGES.map((stage) => tool('kwok', `stage/${stage}.yaml`)));
  processes.push(
    new TiedProcess(
      'kube-controller-manager',
      await tool('kubernetes', 'kube-controller-manager'),
      [
        `--kubeconfig=${config}`,
        '--secure-port=0',
        '--leader-elect=false',
        `--kube-api-qps=${CLIENT_RATE.qps}`,
        `--kube-api-burst=${CLIENT_RATE.burst}`,
        `--root-ca-file=${join(dir, 'tls', 'apiserver.crt')}`,
        `--service-account-private-key-file=${join(dir, 'service-accounts.key')}`,
        `--controllers=*,${CONTROLLERS_LEFT_OUT.map((name) => `-${name}`).join(',')}`,
        '--horizontal-pod-autoscaler-sync-period=1s',
        // A test machine that is late with a lease is no broken node.
        '--node-monitor-grace-period=30m',
      ],
      join(dir, 'kube-controller-manager.log'),
      GO,
    ),
    new TiedProcess(
      'kube-scheduler',
      await tool('kubernetes', 'kube-scheduler'),
      [`--config=${schedulerConfig}`, '--secure-port=0'],
      join(dir, 'kube-scheduler.log'),
      GO,
    ),
    new TiedProcess(
      'kwok',
      await tool('kwok'),
      [
        `--kubeconfig=${config}`,
        '--manage-all-nodes=true',
        '--node-lease-duration-seconds=40',
        // Without a port it serves nothing, which would be on all addresses.
        '--node-port=0',
        '--cidr=10.128.0.0/16',
        ...stages.map((stage) => `--config=${stage}`),
      ],
      join(dir, 'kwok.log'),
      // It keeps files of its own under the home folder.
      { ...GO, HOME: dir },
    ),
  );
}

function schedulerConfiguration(kubeconfigFile: string): object {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: kubeconfigFile, ...CLIENT_RATE },
    leaderElection: { leaderElect: false },
    // Pods that fit nowhere are tried again soon, for here the next node is never minutes away.
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 2,
  };
}

/** As JSON, which is YAML too. */
function kubeconfig(port: number, certificate: string, token: string): string {
  const name = 'test';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificate } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
