/**
 * The clusters of a hub: what each is known by, and whether they can be told apart.
 */
import type { Platform } from '../core/platform';
import { SecretRef } from '../core/secrets';
import type { Cluster } from './hub-and-spoke-props';

/**
 * A DNS label with room for what is put before and behind it: the names of secrets and of parties come from it, and it is
 * a value of the label `cluster`.
 */
const NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** The token that a cluster presents to every hub, and no other cluster has. */
export function clusterToken({ name }: Pick<Cluster, 'name'>): SecretRef {
  return SecretRef.named(`vmauth-vmagent-${name}-token`);
}

/** Its row in the access matrix, and the name of its user at the door. */
export function clusterUser({ name }: Pick<Cluster, 'name'>): string {
  return `vmagent-${name}`;
}

/** Reports clusters that cannot be told apart. @returns the others that can be, from it and from each other */
export function distinctClusters(
  platform: Platform,
  own: Cluster,
  others: readonly Cluster[],
): readonly Cluster[] {
  const known = new Map([[own.name, own]]);
  for (const cluster of [own, ...others]) {
    const { name } = cluster;
    if (!NAME.test(name)) {
      platform.report('clusters', {
        property: 'name',
        value: name,
        rule: 'a cluster is named by at most 40 of a-z, 0-9 and hyphens, a letter first and no hyphen last: secrets and users are named after it',
        remedy: 'choose another name; it is also the label cluster of all its series',
      });
    } else if (known.has(name) && cluster !== own) {
      platform.report('clusters', {
        property: 'name',
        value: name,
        rule: 'every cluster has a name of its own: its token and the label cluster of all its series come from it',
        remedy: 'rename one of the two',
      });
    } else known.set(name, cluster);
  }
  const distinct = [...known.values()];
  checkAddresses(platform, distinct);
  return distinct.slice(1);
}

interface Block {
  readonly cluster: string;
  readonly cidr: string;
  readonly first: number;
  readonly last: number;
}

function checkAddresses(platform: Platform, clusters: readonly Cluster[]): void {
  const blocks: Block[] = [];
  for (const { name, cidrs } of clusters) {
    for (const cidr of cidrs) {
      const range = addressRange(cidr);
      if (range === undefined) {
        platform.report(`clusters/${name}`, {
          property: 'cidrs',
          value: cidr,
          rule: 'an IPv4 block begins at its own first address, e.g. 10.1.0.0/16',
          remedy: 'correct the block',
        });
      } else blocks.push({ cluster: name, cidr, ...range });
    }
  }
  blocks.sort((a, b) => a.first - b.first || b.last - a.last);
  let widest: Block | undefined;
  for (const block of blocks) {
    if (widest !== undefined && block.first <= widest.last && block.cluster !== widest.cluster) {
      platform.report(`clusters/${block.cluster}`, {
        property: 'cidrs',
        value: block.cidr,
        rule: `the same addresses are in ${widest.cidr} of ${widest.cluster}: nobody could say which cluster calls`,
        remedy: 'give each cluster blocks of its own',
      });
    }
    if (widest === undefined || block.last > widest.last) widest = block;
  }
}

function addressRange(cidr: string): { first: number; last: number } | undefined {
  const [, ...digits] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr) ?? [];
  const [a, b, c, d, bits] = digits.map(Number);
  if (a === undefined || b === undefined || c === undefined || d === undefined || bits === undefined) {
    return undefined;
  }
  const size = 2 ** (32 - bits);
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const isValid = Math.max(a, b, c, d) < 256 && bits <= 32 && first % size === 0;
  return isValid ? { first, last: first + size - 1 } : undefined;
}
