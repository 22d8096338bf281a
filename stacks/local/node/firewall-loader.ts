/** Keeps the kernel's rules equal to what the plan and the ready pods ask for, and reads what they counted. */
import { command } from './command';
import type { RuleCounter } from './messages';

/** Pods that become ready together are one change. */
const DEBOUNCE_MS = 20;
const ISOLATION_TABLE = 'ip hyperion_isolation';

export class FirewallLoader {
  private readonly isolated = new Set<string>();
  /** What rules had counted before they were replaced. */
  private readonly earlier = new Map<string, RuleCounter>();
  private pending: Promise<void> | undefined;

  public constructor(
    private readonly nft: string,
    /** Each is replaced as a whole; one by one, for the kernel takes only so much at once of a user without root. */
    private readonly tables: () => readonly string[],
    private readonly failed: (error: Error) => void,
  ) {}

  /** Loads soon, once for all changes until then; resolves when the rules are in force. Does not reject. */
  public changed(): Promise<void> {
    this.pending ??= new Promise<void>((resolve) => {
      setTimeout(() => {
        const previous = this.running;
        this.pending = undefined;
        this.running = previous.then(async () => {
          await this.load().catch((error: unknown) => {
            this.failed(error instanceof Error ? error : new Error(String(error)));
          });
        });
        void this.running.then(resolve);
      }, DEBOUNCE_MS);
    });
    return this.pending;
  }

  /** Resolves when the rules of all changes until now are in force. */
  public async settled(): Promise<void> {
    await this.pending;
    await this.running;
  }

  public async load(): Promise<void> {
    for (const counter of await this.current()) this.remember(counter);
    for (const table of [...this.tables(), isolationRules([...this.isolated])])
      await command(this.nft, ['-f', '-'], table);
  }

  /** Cuts an address from all other pods and from DNS; probes and relayed connections of the node still arrive. */
  public async isolate(address: string, isolated: boolean): Promise<void> {
    if (isolated) this.isolated.add(address);
    else this.isolated.delete(address);
    await this.changed();
  }

  /** Since the start, of all rules that count. */
  public async counters(): Promise<readonly RuleCounter[]> {
    const sums = new Map(this.earlier);
    for (const counter of await this.current()) add(sums, counter);
    return [...sums.values()];
  }

  private running: Promise<void> = Promise.resolve();

  private async current(): Promise<readonly RuleCounter[]> {
    return parseCounters(await command(this.nft, ['list', 'ruleset']));
  }

  private remember(counter: RuleCounter): void {
    add(this.earlier, counter);
  }
}

function add(sums: Map<string, RuleCounter>, counter: RuleCounter): void {
  const key = `${counter.chain} ${counter.rule}`;
  const sum = sums.get(key);
  sums.set(key, {
    ...counter,
    packets: counter.packets + (sum?.packets ?? 0),
    bytes: counter.bytes + (sum?.bytes ?? 0),
  });
}

/** Of `nft list ruleset`. */
export function parseCounters(listing: string): readonly RuleCounter[] {
  let chain = '';
  return listing.split('\n').flatMap((line) => {
    chain = /^\s*(?:chain|counter) (\S+) \{/.exec(line)?.[1] ?? chain;
    const found = /(?:counter )?packets (\d+) bytes (\d+) ?/.exec(line);
    if (found === null) return [];
    const rule = line.replace(found[0], '').trim();
    return [{ chain, rule, packets: Number(found[1]), bytes: Number(found[2]) }];
  });
}

export function isolationRules(addresses: readonly string[]): string {
  const fresh = [`table ${ISOLATION_TABLE}`, `delete table ${ISOLATION_TABLE}`];
  if (addresses.length === 0) return `${fresh.join('\n')}\n`;
  const set = `{ ${addresses.join(', ')} }`;
  return `${[
    ...fresh,
    `table ${ISOLATION_TABLE} {`,
    '  chain forward {',
    '    type filter hook forward priority -10; policy accept;',
    `    ip saddr ${set} counter drop`,
    `    ip daddr ${set} counter drop`,
    '  }',
    '  chain input {',
    '    type filter hook input priority -10; policy accept;',
    `    ip saddr ${set} udp dport 53 counter drop`,
    `    ip saddr ${set} tcp dport 53 counter drop`,
    '  }',
    '}',
  ].join('\n')}\n`;
}
