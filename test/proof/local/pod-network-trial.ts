/**
 * A network of pods as the loopback cluster's node makes it, without anything that runs in the pods: packets that reach a
 * pod are answered by its kernel ("connection refused"), which is all that a test of the firewall needs.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterPlan, PodPlan } from '../../../stacks/local/cluster-plan';
import { nodeBatch, podBatch } from '../../../stacks/local/node/network';

export interface Attempt {
  readonly from: PodPlan;
  readonly address: string;
  readonly port: number;
}

/**
 * `connected`: somebody listens and took it. `refused`: it arrived, and nobody listens; a Service without a ready pod looks
 * the same. `rejected`: the firewall said no. `silent`: no answer at all.
 */
export type Outcome = 'connected' | 'refused' | 'rejected' | 'silent';

const CLIENT = join(__dirname, 'pod-network-client.js');
/** Pods that try at the same time. */
const AT_ONCE = 4;
/** Ends everything, whatever hangs. */
const LIMIT_S = 240;

export class PodNetworkTrial {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hyperion-firewall-'));

  /** @param nft path of the program */
  public constructor(
    private readonly plan: ClusterPlan,
    private readonly nft: string,
  ) {}

  /**
   * What comes of each attempt, and what the rules look like afterwards.
   * @param rulesets loaded one after the other
   * @param before commands in the node's namespace, once the rules are in force
   */
  public async run(
    rulesets: readonly string[],
    attempts: readonly Attempt[],
    before = '',
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly rules: string }> {
    const output = await inNamespaces(this.script(rulesets, attempts, before));
    const [answers = '', rules = ''] = output.split('RULES\n');
    const found = new Map(
      answers.split('\n').map((line) => {
        const [pod, address, port, outcome] = line.split(' ');
        return [`${pod ?? ''} ${address ?? ''} ${port ?? ''}`, outcome];
      }),
    );
    const outcomes = attempts.map(({ from, address, port }) => {
      const outcome = found.get(`${this.namespaceOf(from)} ${address} ${port}`) ?? 'none';
      if (!['connected', 'refused', 'rejected', 'silent'].includes(outcome)) {
        throw new Error(`${from.name} → ${address}:${port}: ${outcome}`);
      }
      return outcome as Outcome;
    });
    return { outcomes, rules };
  }

  public namespaceOf(pod: PodPlan): string {
    return `pod${this.plan.pods.indexOf(pod)}`;
  }

  public close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private script(rulesets: readonly string[], attempts: readonly Attempt[], before: string): string {
    const sources = [...new Set(attempts.map(({ from }) => from))];
    return [
      'set -eu -o pipefail; clients=; files=',
      'mount -t tmpfs none /run && mkdir /run/netns',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      // The kernel says "rejected" to a few only, and leaves the others silent, unless it is told to answer all.
      'echo 0 > /proc/sys/net/ipv4/icmp_ratemask',
      `ip -batch ${this.put('node', nodeBatch(this.plan.pods))}`,
      ...this.plan.pods.map(
        (pod) =>
          `nsenter --net=/run/netns/${this.namespaceOf(pod)} ip -batch ${this.put(this.namespaceOf(pod), podBatch(pod))}`,
      ),
      ...rulesets.map((text, index) => `${this.nft} -f ${this.put(`rules${index}`, text)}`),
      before,
      ...sources.map((from) => {
        const name = this.namespaceOf(from);
        const own = attempts.filter((attempt) => attempt.from === from);
        const list = this.put(
          `${name}.list`,
          own.map(({ address, port }) => `${address} ${port}\n`).join(''),
        );
        const answers = join(this.folder, `${name}.answers`);
        return [
          `while [ "$(jobs -rp | wc -l)" -ge ${AT_ONCE} ]; do sleep 0.05; done`,
          `nsenter --net=/run/netns/${name} ${process.execPath} ${CLIENT} < ${list} | sed 's/^/${name} /' > ${answers} &`,
          `clients="$clients $!"; files="$files ${answers}"`,
        ].join('\n');
      }),
      // Each, for its failure to count; not what a test left running.
      'for client in $clients; do wait "$client"; done',
      '[ -z "$files" ] || cat $files',
      'echo RULES',
      `${this.nft} list ruleset`,
    ].join('\n');
  }

  private put(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }
}

/** What the script writes; its namespaces, and all that runs in them, end with it. */
export function inNamespaces(script: string): Promise<string> {
  const asRoot = process.getuid?.() === 0;
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const user = asRoot ? [] : ['--user', '--map-root-user'];
  const args = ['--signal=KILL', String(LIMIT_S), 'unshare', ...user, ...namespaces, 'bash', '-c', script];
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C' };
    execFile(
      'timeout',
      args,
      { encoding: 'utf8', env, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${error.message.slice(0, 200)}\n${stderr}`));
      },
    );
  });
}
