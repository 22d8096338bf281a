/** What Elasticsearch's properties must satisfy together, checked at synthesis. */
import type { Duration, Size } from 'cdk8s';
import type { Problem } from '../core/config-error';
import type { Tier } from '../core/platform';
import { bytesOf, gibibytesFor, humanBytes, humanSeconds, quantity } from '../core/quantity';
import {
  bytesKept,
  keptArithmetic,
  secondsThatFit,
  usableArithmetic,
  usableBytes,
  LOW_WATERMARK,
  type ElasticsearchDemand,
} from './elasticsearch-sizing';
import { mistakeInPerson, type ElasticsearchPerson } from './elasticsearch-users';

export interface ElasticsearchChecks {
  readonly tier: Tier;
  readonly nodes: number;
  readonly volume: Size;
  readonly retention: {
    readonly kind: 'ilm' | 'curator';
    readonly maxAge: Duration;
    readonly maxTotalSize: Size;
  };
  readonly demand: ElasticsearchDemand;
  readonly people: readonly ElasticsearchPerson[];
  readonly heapMebibytes: number;
}

type Mistake = Omit<Problem, 'path'>;

const PROD_NODES = 3;
/** Below it Elasticsearch starts, and then spends its time collecting garbage. */
const LEAST_HEAP_MEBIBYTES = 512;

export function elasticsearchMistakes(checks: ElasticsearchChecks): readonly Mistake[] {
  return [
    ...nodeMistakes(checks),
    ...retentionMistakes(checks),
    ...peopleMistakes(checks.people),
    ...heapMistakes(checks.heapMebibytes),
  ];
}

function nodeMistakes({ tier, nodes }: ElasticsearchChecks): Mistake[] {
  if (nodes === 2) {
    return [
      {
        property: 'nodes',
        value: nodes,
        rule: 'a master is elected by a majority: of two nodes neither may be away, which is worse than one alone',
        remedy: `use ${PROD_NODES}, or 1`,
      },
    ];
  }
  if (tier === 'prod' && nodes < PROD_NODES) {
    return [
      {
        property: 'nodes',
        value: nodes,
        rule: `in production a node may be lost without losing logs or the master: that takes ${PROD_NODES}`,
        remedy: `use ${PROD_NODES}`,
      },
    ];
  }
  return [];
}

function retentionMistakes({ retention, demand, volume, nodes }: ElasticsearchChecks): Mistake[] {
  const { kind, maxAge, maxTotalSize } = retention;
  const days = maxAge.toDays({ integral: false });
  if (days < 1 || !Number.isInteger(days)) {
    return [
      {
        property: 'retention.maxAge',
        value: humanSeconds(maxAge.toSeconds()),
        rule: 'an index takes the lines of a day and is deleted whole: logs are kept for whole days',
        remedy: 'give it in days, 1 or more',
      },
    ];
  }
  const mistakes: Mistake[] = [];
  const usable = usableBytes(volume, nodes);
  const limit = bytesOf(maxTotalSize);
  if (limit > usable) {
    mistakes.push({
      property: 'retention.maxTotalSize',
      value: quantity(maxTotalSize),
      rule: `nodes whose disks are full to ${LOW_WATERMARK * 100} % take no new shards, and ${usableArithmetic(volume, nodes)}`,
      remedy: `enlarge each volume to ${quantity(gibibytesFor(limit / LOW_WATERMARK / nodes))}, or keep ${humanBytes(usable)} at most`,
    });
  }
  if (bytesKept(demand) > limit) {
    const fits = Math.floor(secondsThatFit(demand, limit) / 86_400);
    mistakes.push({
      property: 'retention.maxTotalSize',
      value: quantity(maxTotalSize),
      rule: `${KIND_RULES[kind]}, and the declared load needs ${keptArithmetic(demand)}`,
      remedy: `allow ${quantity(gibibytesFor(bytesKept(demand)))}, ${fits < 1 ? 'or keep less' : `or keep logs for ${fits} d`}`,
    });
  }
  return mistakes;
}

const KIND_RULES = {
  ilm: 'a life cycle deletes by age and knows no total size',
  curator: 'Curator would delete logs before they are as old as declared',
} as const;

function peopleMistakes(people: readonly ElasticsearchPerson[]): Mistake[] {
  const names = people.map(({ name }) => name);
  return names.flatMap((name, index) => {
    const rule = names.indexOf(name) < index ? 'two people have this name' : mistakeInPerson(name);
    return rule === undefined
      ? []
      : [{ property: `people[${index}].name`, value: name, rule, remedy: 'give another name' }];
  });
}

function heapMistakes(heap: number): Mistake[] {
  if (heap >= LEAST_HEAP_MEBIBYTES) return [];
  return [
    {
      property: 'resources.memory',
      value: `${heap} MiB of heap`,
      rule: `half of the memory is heap, and Elasticsearch needs ${LEAST_HEAP_MEBIBYTES} MiB of it`,
      remedy: 'give 1 GiB or more',
    },
  ];
}
