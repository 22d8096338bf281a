/**
 * What a second `hyperion local` asks of the one that runs the cluster, and the running one's answers.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterPlan } from '../local/cluster-plan';
import { askControl, type ControlRequest } from '../local/control';
import type { LoopbackCluster } from '../local/loopback-cluster';
import type { LocalSecrets } from '../local/secrets/secrets';
import { podLines, type PodLine } from '../local/view';
import { UsageError, type Context, type ExitCode } from './context';
import { table } from './table';

export interface LocalRequests {
  readonly json?: boolean;
  readonly status?: boolean;
  readonly kill?: string;
  readonly hold?: string;
  readonly release?: string;
  readonly restart?: string;
  readonly logs?: string;
  readonly secret?: string;
  readonly stop?: boolean;
}

export const CONTROL_SOCKET = 'control.sock';

const NAMED = ['kill', 'hold', 'release', 'restart', 'logs', 'secret'] as const;

/** Undefined when nothing is asked, which means: run it. */
export function requestOf(options: LocalRequests): ControlRequest | undefined {
  if (options.status === true) return { action: 'status' };
  if (options.stop === true) return { action: 'stop' };
  const action = NAMED.find((each) => options[each] !== undefined);
  return action === undefined ? undefined : { action, name: options[action] ?? '' };
}

export async function isRunning(folder: string): Promise<boolean> {
  const path = join(folder, CONTROL_SOCKET);
  if (!existsSync(path)) return false;
  return askControl(path, { action: 'status' }).then(
    () => true,
    // Left behind by a run that was killed.
    () => false,
  );
}

/** @throws UsageError when it does not run, or cannot do what is asked */
export async function askRunning(
  context: Context,
  name: string,
  folder: string,
  request: ControlRequest,
): Promise<ExitCode> {
  if (!(await isRunning(folder))) {
    throw new UsageError(`${name} does not run here; start it with: hyperion local ${name}`);
  }
  const value = await askControl(join(folder, CONTROL_SOCKET), request).catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
  if (request.action === 'status') {
    const pods = value as readonly PodLine[];
    context.out(
      table(
        ['pod', 'state', 'restarts', 'addresses'],
        pods.map(({ name: pod, state, restarts, addresses }) => [pod, state, restarts, addresses.join(' ')]),
      ),
    );
  } else context.out(typeof value === 'string' ? value : `${request.action} ${request.name ?? name}: done\n`);
  return 0;
}

/** What the running command answers from. */
export interface Running {
  readonly plan: ClusterPlan;
  readonly secrets: LocalSecrets;
  readonly cluster: LoopbackCluster;
  /** Ends the running command. */
  readonly stop: () => void;
}

export async function answerRequest(
  { plan, secrets, cluster, stop }: Running,
  { action, name = '' }: ControlRequest,
): Promise<unknown> {
  switch (action) {
    case 'status':
      return podLines(plan, await cluster.pods());
    case 'logs':
      return cluster.logs(name);
    case 'secret':
      return secretOf(secrets, name);
    case 'stop':
      stop();
      return null;
    default:
      await cluster[action](name);
      return null;
  }
}

/** `namespace/secret/key` → its value; `namespace/secret` → its keys; anything else → what there is. */
function secretOf({ secrets }: LocalSecrets, name: string): string {
  const [namespace, secret, key] = name.split('/');
  const data = secrets.get(`${namespace ?? ''}/${secret ?? ''}`);
  const value = data?.[key ?? ''];
  if (value !== undefined) return value;
  const known = data === undefined ? [...secrets.keys()] : Object.keys(data);
  throw new Error(
    `there is no secret ${name}; it is named namespace/secret/key, and there are: ${known.sort().join(', ')}`,
  );
}
