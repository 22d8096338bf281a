/** The alerts of Alloy, of the gateway before Loki, and of the Ceph under it. */
import type { AlertCases } from './case';

const AGENT = 'job="alloy", pod="alloy-a"';
const ON_AGENT = { job: 'alloy', pod: 'alloy-a', component: 'alloy' } as const;
const POOL = 'storage.rgw.buckets.data';
const POOL_NAMED = { [`ceph_pool_metadata{pool_id="7", name="${POOL}"}`]: '1x2000' } as const;
const GIB = 1024 ** 3;

const pool = (stored: string, available: number): Readonly<Record<string, string>> => ({
  ...POOL_NAMED,
  'ceph_pool_stored{pool_id="7"}': stored,
  'ceph_pool_max_avail{pool_id="7"}': `${available}x2000`,
});
const groups = (of: 'active' | 'clean', count: number): Readonly<Record<string, string>> => ({
  ...POOL_NAMED,
  'ceph_pg_total{pool_id="7"}': '32x240',
  [`ceph_pg_${of}{pool_id="7"}`]: `${count}x240`,
});

export const lokiAlloyCases: AlertCases = () => [
  {
    alert: 'AgentDropsLines',
    series: { [`loki_write_dropped_entries_total{${AGENT}}`]: '0+5x60' },
    silent: { [`loki_write_dropped_entries_total{${AGENT}}`]: '5x60' },
    fires: { ...ON_AGENT, severity: 'critical' },
  },
  {
    alert: 'AgentRepeatsPushes',
    series: { [`loki_write_batch_retries_total{${AGENT}}`]: '0+2x60' },
    // Loki was restarted.
    silent: { [`loki_write_batch_retries_total{${AGENT}}`]: '0x40 0+2x3 6x17' },
    fires: { ...ON_AGENT, severity: 'warning' },
  },
  {
    alert: 'AgentLimitsNamespace',
    series: {
      [`loki_process_dropped_lines_by_label_total{${AGENT}, label_name="namespace", label_value="shop"}`]:
        '0+50x60',
    },
    silent: {
      [`loki_process_dropped_lines_by_label_total{${AGENT}, label_name="namespace", label_value="shop"}`]:
        '50x60',
    },
    fires: { job: 'alloy', component: 'alloy', label_value: 'shop', severity: 'warning' },
  },
  {
    alert: 'AgentPartUnhealthy',
    series: {
      [`alloy_component_controller_running_components{${AGENT}, health_type="healthy"}`]: '4x60',
      [`alloy_component_controller_running_components{${AGENT}, health_type="unhealthy"}`]: '1x60',
    },
    silent: { [`alloy_component_controller_running_components{${AGENT}, health_type="healthy"}`]: '5x60' },
    fires: { ...ON_AGENT, severity: 'warning' },
  },
  {
    alert: 'GatewayDown',
    series: { 'up{job="loki"}': '1x60', [`loki_write_sent_entries_total{${AGENT}}`]: '700x60' },
    silent: { 'up{job="loki"}': '1x60', [`loki_write_sent_entries_total{${AGENT}}`]: '0+700x60' },
    fires: { component: 'loki-gateway', severity: 'critical' },
  },
  {
    alert: 'PoolFilling',
    series: pool(`${85 * GIB}x60`, 15 * GIB),
    silent: pool(`${70 * GIB}x60`, 30 * GIB),
    fires: { component: POOL, name: POOL, severity: 'critical' },
  },
  {
    alert: 'PoolGrowing',
    // 3 of 100 a day, 52 of them taken: 94 in a fortnight.
    series: pool(`${50 * GIB}+${Math.round((3 * GIB) / 1440)}x2000`, 48 * GIB),
    silent: pool(`${50 * GIB}x2000`, 50 * GIB),
    after: '26h',
    every: '10m',
    fires: { component: POOL, name: POOL, severity: 'warning' },
  },
  {
    alert: 'PoolUnavailable',
    series: groups('active', 28),
    silent: groups('active', 32),
    fires: { component: POOL, name: POOL, severity: 'critical' },
  },
  {
    alert: 'PoolCopiesMissing',
    series: groups('clean', 28),
    silent: groups('clean', 32),
    after: '2h',
    fires: { component: POOL, name: POOL, severity: 'warning' },
  },
  {
    alert: 'StorageUnhealthy',
    series: { ceph_health_status: '2x60' },
    silent: { ceph_health_status: '1x60' },
    fires: { component: POOL, severity: 'warning' },
  },
];
