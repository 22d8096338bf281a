/**
 * The alerts of the telemetry stack.
 */
import { synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { testAlerts, type AlertCase } from './alerts/alert-cases';

const BROKER = 'job="msg-queue", pod="msg-queue-0"';
const TELEMETRY = 'topic="telemetry", partition="0"';

const CASES: readonly AlertCase[] = [
  {
    alert: 'ComponentDown',
    series: { 'up{job="influxdb", pod="influxdb-0"}': '0x60' },
    silent: { 'up{job="influxdb", pod="influxdb-0"}': '1x60' },
    fires: { component: 'influxdb', severity: 'critical' },
  },
  {
    alert: 'PartitionStopped',
    series: { [`broker_partition_stopped{${BROKER}, ${TELEMETRY}}`]: '0x50 1x10' },
    silent: { [`broker_partition_stopped{${BROKER}, ${TELEMETRY}}`]: '0x60' },
    fires: {
      job: 'msg-queue',
      pod: 'msg-queue-0',
      topic: 'telemetry',
      partition: '0',
      component: 'msg-queue',
      severity: 'critical',
    },
  },
  {
    alert: 'DeadLettersGrow',
    series: {
      [`broker_queue_messages{${BROKER}, topic="telemetry.dead-letters", partition="0", state="ready"}`]:
        '0+1x60',
    },
    silent: {
      [`broker_queue_messages{${BROKER}, topic="telemetry.dead-letters", partition="0", state="ready"}`]:
        '7x60',
      [`broker_queue_messages{${BROKER}, ${TELEMETRY}, state="ready"}`]: '0+1x60',
    },
    fires: { job: 'msg-queue', topic: 'telemetry.dead-letters', component: 'msg-queue', severity: 'warning' },
  },
  {
    alert: 'LagGrows',
    // 200 readings/s are declared in telemetry-dev: 12,000 are a minute.
    series: { [`broker_queue_messages{${BROKER}, ${TELEMETRY}, state="onDisk"}`]: '0+1000x60' },
    silent: { [`broker_queue_messages{${BROKER}, ${TELEMETRY}, state="onDisk"}`]: '60000-1000x60' },
    fires: { job: 'msg-queue', topic: 'telemetry', component: 'msg-queue', severity: 'warning' },
  },
  {
    alert: 'BrokerDiskFilling',
    series: {
      [`broker_disk_used_bytes{${BROKER}}`]: '600x60',
      [`broker_disk_limit_bytes{${BROKER}}`]: '1000x60',
    },
    silent: {
      [`broker_disk_used_bytes{${BROKER}}`]: '400x60',
      [`broker_disk_limit_bytes{${BROKER}}`]: '1000x60',
    },
    fires: { job: 'msg-queue', pod: 'msg-queue-0', component: 'msg-queue', severity: 'warning' },
  },
  {
    alert: 'ReadingsStoreFilling',
    series: {
      'storage_shard_disk_size{job="influxdb", id="1"}': '500000000x60',
      'storage_shard_disk_size{job="influxdb", id="2"}': '500000000x60',
    },
    silent: { 'storage_shard_disk_size{job="influxdb", id="1"}': '500000000x60' },
    fires: { job: 'influxdb', component: 'influxdb', severity: 'warning' },
  },
  {
    alert: 'StoreBreakerOpen',
    series: {
      'collector_breaker_state{job="collector", pod="collector-a", state="open"}': '1x60',
      'collector_breaker_state{job="collector", pod="collector-a", state="closed"}': '0x60',
    },
    silent: {
      'collector_breaker_state{job="collector", pod="collector-a", state="open"}': '0x60',
      'collector_breaker_state{job="collector", pod="collector-a", state="closed"}': '1x60',
    },
    fires: { job: 'collector', pod: 'collector-a', component: 'collector', severity: 'critical' },
  },
  {
    alert: 'BrokerTakesNothing',
    series: { 'proxy_broker_takes_messages{job="msg-queue-proxy", broker="0"}': '0x60' },
    silent: { 'proxy_broker_takes_messages{job="msg-queue-proxy", broker="0"}': '1x60' },
    fires: { job: 'msg-queue-proxy', broker: '0', component: 'msg-queue-proxy', severity: 'warning' },
  },
  {
    alert: 'ApiErrors',
    series: {
      'http_request_duration_seconds_count{job="api", status="200"}': '0+100x60',
      'http_request_duration_seconds_count{job="api", status="503"}': '0+2x60',
    },
    silent: {
      'http_request_duration_seconds_count{job="api", status="200"}': '0+100x60',
      'http_request_duration_seconds_count{job="api", status="404"}': '0+50x60',
    },
    fires: { job: 'api', component: 'api', severity: 'warning' },
  },
  {
    alert: 'RulesFail',
    series: { 'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="x"}': '0+1x60' },
    silent: { 'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="x"}': '3x60' },
    fires: { job: 'prometheus', component: 'prometheus', severity: 'critical' },
  },
];

proof(['prometheus'], 'The alerts of the telemetry stack', () => {
  testAlerts(() => synthesisOf('telemetry-dev').files.get('config/prometheus/rules.yml') ?? '', CASES);
});
