/** Looks the brokers of a Service up again and again; a failed look-up leaves them as they are. */
import { readFileSync } from 'node:fs';
import { lookup, Resolver as DnsResolver } from 'node:dns/promises';

import type { FastifyBaseLogger } from 'fastify';

import type { Brokers } from '../brokers/brokers';
import { ServiceNames, type Resolver } from './service-names';

export interface FollowOptions {
  readonly service: string;
  readonly intervalMs: number;
  readonly brokers: Brokers;
  readonly log: FastifyBaseLogger;
  /** Instead of the system's. */
  readonly resolver?: Resolver | undefined;
}

/** Gives what ends it. Returns after the first look-up, whether it found anybody or not. */
export async function followService(options: FollowOptions): Promise<() => void> {
  const { service, brokers, log } = options;
  const names = new ServiceNames({
    service,
    resolver: options.resolver ?? systemResolver(),
    searchDomains: searchDomains(),
    warn: (details, message) => {
      log.warn(details, message);
    },
  });
  let isStopped = false;
  const look = async (): Promise<void> => {
    try {
      const members = await names.members();
      if (!isStopped) await brokers.set(members);
    } catch (error) {
      log.warn({ err: error, service }, 'the brokers were not found; those that were known stay');
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const lookAgain = (): void => {
    timer = setTimeout(() => {
      void look().then(() => {
        if (!isStopped) lookAgain();
      });
    }, options.intervalMs);
    timer.unref();
  };
  await look();
  lookAgain();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

function systemResolver(): Resolver {
  // Two tries of a second: the next look-up is near.
  const resolver = new DnsResolver({ timeout: 1000, tries: 2 });
  return {
    resolveSrv: (name) => resolver.resolveSrv(name),
    lookup: (name) => lookup(name, { all: true }),
    reverse: (address) => resolver.reverse(address),
  };
}

function searchDomains(): string[] {
  try {
    const lines = readFileSync('/etc/resolv.conf', 'utf8').split('\n');
    const [, domains = ''] =
      /^search\s+(.*)$/.exec(lines.findLast((line) => line.startsWith('search')) ?? '') ?? [];
    return domains.split(/\s+/).filter((domain) => domain !== '');
  } catch {
    return [];
  }
}
