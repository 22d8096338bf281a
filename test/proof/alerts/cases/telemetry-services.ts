/** The alerts of the five services of the telemetry stack. */
import type { AlertCases } from './case';

const BROKER = 'job="msg-queue", pod="msg-queue-0"';
const TELEMETRY = 'topic="telemetry", partition="0"';
const ON_BROKER = { job: 'msg-queue', pod: 'msg-queue-0', component: 'msg-queue' } as const;

const disk = (used: string): Readonly<Record<string, string>> => ({
  [`broker_disk_used_bytes{${BROKER}}`]: used,
  [`broker_disk_limit_bytes{${BROKER}}`]: '1000x240',
});

export const telemetryServicesCases: AlertCases = () => [
  {
    alert: 'PartitionStopped',
    series: { [`broker_partition_stopped{${BROKER}, ${TELEMETRY}}`]: '0x50 1x10' },
    silent: { [`broker_partition_stopped{${BROKER}, ${TELEMETRY}}`]: '0x60' },
    fires: { ...ON_BROKER, topic: 'telemetry', partition: '0', severity: 'critical' },
  },
  {
    alert: 'DamagedLog',
    series: { [`broker_damaged_places{${BROKER}}`]: '2x60' },
    silent: { [`broker_damaged_places{${BROKER}}`]: '0x60' },
    fires: { ...ON_BROKER, severity: 'critical' },
  },
  {
    alert: 'BrokerDiskFilling',
    series: disk('600x240'),
    silent: disk('400x240'),
    fires: { ...ON_BROKER, severity: 'warning' },
  },
  {
    alert: 'BrokerDiskFullSoon',
    // A fifth is reached after 20 minutes, and all of it two hours later.
    series: disk('100+5x240'),
    // As fast, and yet almost empty: what an update of the collectors leaves behind.
    silent: disk('0x50 5+5x10'),
    fires: { ...ON_BROKER, severity: 'critical' },
  },
  {
    alert: 'BrokerDiskFull',
    series: disk('950x240'),
    silent: disk('850x240'),
    fires: { ...ON_BROKER, severity: 'critical' },
  },
  {
    alert: 'LagGrows',
    // 200 readings/s are declared in telemetry-dev and 10,000 in telemetry-prod: a minute of them is 12,000 and 600,000.
    series: { [`broker_queue_messages{${BROKER}, ${TELEMETRY}, state="onDisk"}`]: '0+20000x60' },
    silent: { [`broker_queue_messages{${BROKER}, ${TELEMETRY}, state="onDisk"}`]: '1200000-20000x60' },
    fires: { job: 'msg-queue', topic: 'telemetry', component: 'msg-queue', severity: 'warning' },
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
    alert: 'DeadLettersGrow',
    // The first one ever: until then there is no such series.
    series: {
      [`broker_queue_messages{${BROKER}, topic="telemetry.dead-letters", partition="0", state="ready"}`]:
        '_x50 1x10',
    },
    silent: {
      [`broker_queue_messages{${BROKER}, topic="telemetry.dead-letters", partition="0", state="ready"}`]:
        '_x20 1x40',
    },
    fires: { job: 'msg-queue', topic: 'telemetry.dead-letters', component: 'msg-queue', severity: 'warning' },
  },
  {
    alert: 'RowsRejected',
    // The first ones ever, and none after them.
    series: { 'streamer_rows_total{job="streamer", source="http", outcome="rejected"}': '_x50 7x10' },
    silent: { 'streamer_rows_total{job="streamer", source="http", outcome="published"}': '_x50 700x10' },
    fires: { job: 'streamer', source: 'http', component: 'streamer', severity: 'warning' },
  },
  {
    alert: 'RowsRejected',
    series: { 'streamer_rows_total{job="streamer", source="http", outcome="rejected"}': '0+3x60' },
    silent: {
      'streamer_rows_total{job="streamer", source="http", outcome="rejected"}': '3x60',
      'streamer_rows_total{job="streamer", source="http", outcome="published"}': '0+300x60',
    },
    fires: { job: 'streamer', source: 'http', component: 'streamer', severity: 'warning' },
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
    alert: 'ServiceSaturated',
    series: { 'nodejs_eventloop_lag_p99_seconds{job="streamer", pod="streamer-a"}': '0.9x60' },
    silent: { 'nodejs_eventloop_lag_p99_seconds{job="streamer", pod="streamer-a"}': '0.02x50 0.9x2 0.02x8' },
    fires: { job: 'streamer', pod: 'streamer-a', component: 'streamer', severity: 'warning' },
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
    alert: 'ReadingsRefused',
    series: { 'http_request_duration_seconds_count{job="streamer", method="POST", status="503"}': '0+5x60' },
    silent: {
      'http_request_duration_seconds_count{job="streamer", method="POST", status="202"}': '0+500x60',
      // A client's question that is refused loses nothing.
      'http_request_duration_seconds_count{job="api", method="POST", status="503"}': '0+5x60',
    },
    fires: { job: 'streamer', component: 'streamer', severity: 'warning' },
  },
];
