/**
 * Brokers from the DNS of a headless Service. The SRV records of its port `http` name the pods of a StatefulSet, and the
 * number at the end of a pod's name is its ordinal, which Kubernetes keeps over restarts and changes of address (Kubernetes
 * DNS specification 1.1.0, "Headless Services"). Where there are no SRV records, the addresses are asked for their names
 * (PTR). An address without such a name keeps the ordinal that it was given here first, which other proxies do not know.
 */
import type { Member } from '../brokers/brokers';
import { MAX_BROKERS } from '../core/rendezvous';

/** The part of node:dns/promises that is used here; fails when there are no records. */
export interface Resolver {
  resolveSrv(name: string): Promise<readonly { readonly name: string; readonly port: number }[]>;
  /** By the system: with its search domains and hosts file. */
  lookup(name: string): Promise<readonly { readonly address: string; readonly family: number }[]>;
  reverse(address: string): Promise<readonly string[]>;
}

export interface ServiceNamesOptions {
  /** `http://msg-queue-headless.telemetry.svc:8080`, the scheme may be left out. */
  readonly service: string;
  /** Of the machine, for SRV: node's resolver does not look at them. */
  readonly searchDomains: readonly string[];
  readonly resolver: Resolver;
  readonly warn: (details: Readonly<Record<string, unknown>>, message: string) => void;
}

const PORT_NAME = '_http._tcp.';

export class ServiceNames {
  private readonly scheme: string;
  private readonly host: string;
  private readonly port: string;
  private readonly given = new Map<string, number>();

  public constructor(private readonly options: ServiceNamesOptions) {
    const [, scheme = 'http://', host = '', port = ''] =
      /^(https?:\/\/)?(.*):([0-9]+)$/.exec(options.service) ?? [];
    this.scheme = scheme;
    this.host = host;
    this.port = port;
  }

  /** Fails when there is nobody, or nothing answers: that says nothing about who is there. */
  public async members(): Promise<Member[]> {
    return (await this.fromSrv()) ?? (await this.fromAddresses());
  }

  private async fromSrv(): Promise<Member[] | undefined> {
    const name = this.host.startsWith('_') ? this.host : PORT_NAME + this.host;
    for (const suffix of ['', ...this.options.searchDomains.map((domain) => `.${domain}`)]) {
      const records = await this.options.resolver.resolveSrv(name + suffix).catch(() => []);
      if (records.length === 0) continue;
      const members = records.flatMap(({ name: target, port }) => {
        const ordinal = ordinalOf(target);
        return ordinal === undefined ? [] : [{ ordinal, url: `${this.scheme}${target}:${port}` }];
      });
      if (members.length === records.length && areDistinct(members)) return members;
      const targets = records.map((record) => record.name);
      this.options.warn({ targets }, 'SRV targets without ordinals from 0 to 15; addresses are used instead');
      return undefined;
    }
    return undefined;
  }

  private async fromAddresses(): Promise<Member[]> {
    const found = await this.options.resolver.lookup(this.host);
    const addresses = [...new Set(found.map(({ address }) => address))].sort();
    if (addresses.length === 0) throw new Error(`${this.host} has no addresses`);
    if (addresses.length > MAX_BROKERS) {
      throw new Error(`${this.host} has ${addresses.length} addresses, more than ${MAX_BROKERS} brokers`);
    }
    const named = await Promise.all(addresses.map((address) => this.named(address)));
    const members = named.filter((member) => member !== undefined);
    if (members.length === addresses.length && areDistinct(members)) return members;
    return this.numbered(addresses);
  }

  private async named(address: string): Promise<Member | undefined> {
    const names = await this.options.resolver.reverse(address).catch(() => []);
    const ordinal = names.map(ordinalOf).find((each) => each !== undefined);
    return ordinal === undefined ? undefined : { ordinal, url: this.urlOf(address) };
  }

  private numbered(addresses: readonly string[]): Member[] {
    for (const address of this.given.keys()) if (!addresses.includes(address)) this.given.delete(address);
    for (const address of addresses) {
      if (this.given.has(address)) continue;
      const taken = [...this.given.values()];
      const free = Array.from({ length: MAX_BROKERS }, (_, i) => i).find((each) => !taken.includes(each));
      if (free === undefined) continue;
      this.given.set(address, free);
      this.options.warn(
        { address, ordinal: free },
        'an address without a name that ends in an ordinal: let there be one proxy',
      );
    }
    return [...this.given].map(([address, ordinal]) => ({ ordinal, url: this.urlOf(address) }));
  }

  private urlOf(address: string): string {
    return `${this.scheme}${address.includes(':') ? `[${address}]` : address}:${this.port}`;
  }
}

/** `msg-queue-2.msg-queue-headless.…` is 2. */
function ordinalOf(name: string): number | undefined {
  const [, digits] = /^[^.]*-(0|[1-9][0-9]?)(?:\.|$)/.exec(name) ?? [];
  return digits === undefined || Number(digits) >= MAX_BROKERS ? undefined : Number(digits);
}

function areDistinct(members: readonly Member[]): boolean {
  return new Set(members.map(({ ordinal }) => ordinal)).size === members.length;
}
