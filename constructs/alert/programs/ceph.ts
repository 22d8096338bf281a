/**
 * The alerts of the Ceph pool under an object store that Rook makes. Ceph is the storage team's, and its manager is scraped by
 * their own rules: metric names of its module `prometheus`, and of the alerts that come with Rook's chart.
 */
import { Duration } from 'cdk8s';
import type { Platform } from '../../core/platform';
import type { RuleGroup } from '../rules';
import type { AlertContext, ProgramAlerts } from './program-alert';

const LASTING = Duration.minutes(15);
/** Of the room for objects. */
const NEARLY_ALL = 0.8;
/** A forecast of the pool: from so long a past, over the time that ordering and adding a disk takes. */
const GROWTH_SEEN = '1d';
const DISK_ORDER_DAYS = 14;
const DAY_SECONDS = 86_400;

export const cephAlerts: ProgramAlerts = {
  programs: [],
  runsIn: (platform) => poolsOf(platform).length > 0,
  groups: ({ platform }: AlertContext) => poolsOf(platform).flatMap((pool) => [room(pool), health(pool)]),
};

/** What Rook calls the pool of an object store's data: the gateway that the platform dials bears the store's name. */
function poolsOf({ graph }: Platform): string[] {
  const stores = graph.parties.flatMap(({ reach }) =>
    reach.kind === 'pods' ? (reach.labels.rook_object_store ?? []) : [],
  );
  return [...new Set(stores)].map((store) => `${store}.rgw.buckets.data`);
}

/** Copies are counted once in both, so they can be compared. */
function room(pool: string): RuleGroup {
  const named = `on (pool_id) group_left (name) ceph_pool_metadata{name=${JSON.stringify(pool)}}`;
  const all = '(ceph_pool_stored + ceph_pool_max_avail)';
  return {
    name: `${pool}-room`,
    rules: [
      {
        alert: 'PoolFilling',
        about: 'filling',
        expr: `(ceph_pool_stored / ${all}) * ${named} > ${NEARLY_ALL}`,
        holds: LASTING,
        severity: 'critical',
        component: pool,
        summary: 'The pool {{ $labels.name }} is {{ $value | humanizePercentage }} full',
        description: 'At 95 % Ceph takes no more writes, of anybody. Shorten the retention, or add disks.',
      },
      {
        alert: 'PoolGrowing',
        about: 'filling',
        expr: `(predict_linear(ceph_pool_stored[${GROWTH_SEEN}], ${DISK_ORDER_DAYS * DAY_SECONDS}) / ${all}) * ${named} > ${NEARLY_ALL}`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: pool,
        summary: `The pool {{ $labels.name }} will be {{ $value | humanizePercentage }} full in ${DISK_ORDER_DAYS} days`,
        description: 'As it grew over the last day. Look at who writes more than before.',
      },
    ],
  };
}

function health(pool: string): RuleGroup {
  return {
    name: `${pool}-health`,
    rules: [
      {
        alert: 'PoolUnavailable',
        about: 'failing',
        expr: `(ceph_pg_total - ceph_pg_active) * on (pool_id) group_left (name) ceph_pool_metadata{name=${JSON.stringify(pool)}} > 0`,
        holds: Duration.minutes(5),
        severity: 'critical',
        component: pool,
        summary: '{{ $value }} placement groups of {{ $labels.name }} take no reads or writes',
        description:
          'Loki’s uploads fail; what is not stored waits on its volume. Too many disks are away: call the storage team.',
      },
      {
        alert: 'PoolCopiesMissing',
        about: 'replication',
        expr: `(ceph_pg_total - ceph_pg_clean) * on (pool_id) group_left (name) ceph_pool_metadata{name=${JSON.stringify(pool)}} > 0`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: pool,
        summary: '{{ $value }} placement groups of {{ $labels.name }} lack copies',
        description:
          'Ceph makes them anew by itself, which takes hours. One more disk, and data may be away.',
      },
      {
        alert: 'StorageUnhealthy',
        about: 'failing',
        expr: 'max(ceph_health_status) == 2',
        holds: LASTING,
        severity: 'warning',
        component: pool,
        summary: 'The Ceph under the logs says HEALTH_ERR',
        description: 'It is the storage team’s; ask whether they know. `ceph health detail` says what it is.',
      },
    ],
  };
}
