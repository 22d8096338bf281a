/** What ClickHouse's properties must satisfy together, checked at synthesis. */
import type { Size } from 'cdk8s';
import type { Problem } from '../core/config-error';
import type { Tier } from '../core/platform';
import { bytesOf, gibibytesFor, humanBytes, quantity } from '../core/quantity';
import { clickHouseSchemaMistakes } from './clickhouse/schema-mistakes';
import type { ClickHouseSchemaProps } from './clickhouse-schema';
import { diskArithmetic, diskBytesNeeded, spanDaysThatFit, type ClickHouseDemand } from './clickhouse-sizing';

export interface ClickHouseChecks {
  readonly tier: Tier;
  readonly replicas: number;
  /** Undefined: no Keeper. */
  readonly keepers: number | undefined;
  readonly schema: ClickHouseSchemaProps;
  readonly demand: ClickHouseDemand;
  readonly volume: Size;
}

type Mistake = Omit<Problem, 'path'>;

/** Keepers of which one may be away in production. */
const PROD_KEEPERS = 3;

export function clickHouseMistakes(checks: ClickHouseChecks): readonly Mistake[] {
  const inSchema = schemaMistakes(checks.schema);
  return [
    ...inSchema,
    ...replicaMistakes(checks),
    ...keeperMistakes(checks),
    // Arithmetic on times that are wrong already would only say so again.
    ...(inSchema.length > 0 ? [] : volumeMistakes(checks)),
  ];
}

/** Under the names of the component's own properties, which gives durations and groups the rest. */
function schemaMistakes(schema: ClickHouseSchemaProps): Mistake[] {
  return clickHouseSchemaMistakes(schema).map(({ property, value, rule, remedy }) => {
    if (property.startsWith('retentionDays.')) {
      return {
        property: property.replace('retentionDays', 'retention'),
        value: `${String(value)} d`,
        rule: `${rule} of days`,
        remedy,
      };
    }
    return { property: property === 'database' ? property : `schema.${property}`, value, rule, remedy };
  });
}

function replicaMistakes({ replicas, keepers }: ClickHouseChecks): Mistake[] {
  if (replicas <= 1 || keepers !== undefined) return [];
  return [
    {
      property: 'replicas',
      value: replicas,
      rule: 'replicas agree on their parts through Keeper, and there is none: each would keep spans of its own',
      remedy: 'give keeper: { volume }, or run one server',
    },
  ];
}

function keeperMistakes({ tier, keepers }: ClickHouseChecks): Mistake[] {
  if (keepers === undefined) return [];
  const mistakes: Mistake[] = [];
  if (keepers % 2 !== 1) {
    mistakes.push({
      property: 'keeper.replicas',
      value: keepers,
      rule: `Keepers decide by majority: of ${keepers}, no more may be away than of ${Math.max(1, keepers - 1)}`,
      remedy: `use ${Math.max(PROD_KEEPERS, keepers + 1)}`,
    });
  }
  if (tier === 'prod' && keepers < PROD_KEEPERS) {
    mistakes.push({
      property: 'keeper.replicas',
      value: keepers,
      rule: `in production a Keeper may be lost without refusing inserts: that takes ${PROD_KEEPERS}`,
      remedy: `use ${PROD_KEEPERS}`,
    });
  }
  return mistakes;
}

function volumeMistakes({ demand, volume }: ClickHouseChecks): Mistake[] {
  const needs = diskBytesNeeded(demand);
  const has = bytesOf(volume);
  if (has >= needs) return [];
  const days = spanDaysThatFit(demand, has);
  const shorter = days < 1 ? 'keep less' : `keep spans for ${days} d`;
  return [
    {
      property: 'volume.size',
      value: quantity(volume),
      rule: `every server keeps everything: ${diskArithmetic(demand)} = ${humanBytes(needs)} has to fit`,
      remedy: `make it ${quantity(gibibytesFor(needs))} or larger, or ${shorter}`,
    },
  ];
}
