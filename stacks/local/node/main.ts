/**
 * The node's process: takes calls over the IPC channel that it was started with, and ends with it. Started by
 * `LoopbackCluster` inside namespaces of its own, whose PID 1 ends with it.
 */
import { Server } from 'node:net';
import { ClusterNode } from './cluster-node';
import type { CallName, HostMessage, NodeCalls, NodeMessage } from './messages';

let node: Promise<ClusterNode> | undefined;

function post(message: NodeMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function started(): Promise<ClusterNode> {
  if (node === undefined) throw new Error('the node was not started yet');
  return await node;
}

type Answers = {
  readonly [Name in CallName]: (
    input: NodeCalls[Name]['input'],
    handle: unknown,
  ) => Promise<NodeCalls[Name]['output']>;
};

const ANSWERS: Answers = {
  start: async (options) => {
    node = ClusterNode.start(options, post);
    await node;
    return null;
  },
  status: async () => (await started()).status(),
  kill: async (input) => {
    (await started()).kill(input);
    return null;
  },
  hold: async (input) => {
    (await started()).hold(input);
    return null;
  },
  release: async (input) => {
    (await started()).release(input);
    return null;
  },
  restart: async (input) => {
    await (await started()).restart(input);
    return null;
  },
  isolate: async (input) => {
    await (await started()).isolate(input);
    return null;
  },
  follow: async (input) => {
    (await started()).follow(input);
    return null;
  },
  exec: async (input) => await (await started()).exec(input),
  counters: async () => await (await started()).counters(),
  relay: async (input, handle) => {
    if (!(handle instanceof Server)) throw new Error('a relay needs a listening socket');
    (await started()).relay(input, handle);
    return null;
  },
  stop: async (input) => {
    await (await started()).stop(input);
    return null;
  },
};

async function answer<Name extends CallName>(
  { id, call, input }: { id: number; call: Name; input: NodeCalls[Name]['input'] },
  handle: unknown,
): Promise<void> {
  try {
    post({ answer: id, output: await ANSWERS[call](input, handle) });
  } catch (error) {
    post({ answer: id, error: error instanceof Error ? error.message : String(error) });
  }
}

// The host is gone, however it went: so is the node, with it PID 1, and with that everything here, at once.
process.on('disconnect', () => process.exit(1));
// Ctrl-C in a terminal is for the host, which then asks for an orderly end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (message: HostMessage, handle: unknown) => {
  void answer(message, handle);
});
