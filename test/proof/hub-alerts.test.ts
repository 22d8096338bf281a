/**
 * The hub's own alerts about its spokes and its door; and what the other groups say of its store and of vmalert.
 */
import { stringify } from 'yaml';
import { hubAlerts } from '../../constructs/alert/hub-alerts';
import { alertingAlerts, metricsStoreAlerts } from '../../constructs/alert/platform-alerts';
import { renderRules } from '../../constructs/alert/rules';
import { proof } from '../tools/proof';
import { testAlerts, type AlertCase } from './alerts/alert-cases';

const AGENT = 'cluster="dev", environment="dev", job="vmagent", pod="vmagent-0"';
const QUEUE = `vmagent_remotewrite_pending_data_bytes{${AGENT}, path="/q", url="1:secret-url"}`;
const DOOR = 'cluster="infra", job="vmauth", pod="vmauth-a"';
const STORAGE = 'cluster="infra", job="vmstorage", pod="vmstorage-0"';

const CASES: readonly AlertCase[] = [
  {
    alert: 'SpokeSilent',
    series: { 'up{cluster="dev", job="vmagent"}': '1x30 _x30', 'up{cluster="prod", job="vmagent"}': '1x60' },
    // A target that is down still speaks.
    silent: { 'up{cluster="dev", job="vmagent"}': '0x60', 'up{cluster="prod", job="vmagent"}': '1x60' },
    fires: { component: 'dev', severity: 'critical' },
  },
  {
    alert: 'SpokeQueueGrowing',
    series: { [QUEUE]: '0+10485760x60' },
    silent: { [QUEUE]: '5000000x60' },
    fires: { spoke: 'dev', pod: 'vmagent-0', component: 'dev', severity: 'warning' },
  },
  {
    alert: 'SpokeLosesMetrics',
    series: { [`vm_persistentqueue_bytes_dropped_total{${AGENT}, path="/q"}`]: '0+10x60' },
    silent: {
      [`vm_persistentqueue_bytes_dropped_total{${AGENT}, path="/q"}`]: '7x60',
      [`vmagent_remotewrite_packets_dropped_total{${AGENT}, url="1"}`]: '0x60',
    },
    fires: { spoke: 'dev', component: 'dev', severity: 'critical' },
  },
  {
    alert: 'SpokeLosesMetrics',
    series: { [`vmagent_remotewrite_packets_dropped_total{${AGENT}, url="1"}`]: '0+1x60' },
    // Somebody else's agent, which writes here too but is no spoke.
    silent: { 'vmagent_remotewrite_packets_dropped_total{cluster="other", job="vmagent"}': '0+1x60' },
    fires: { spoke: 'dev', pod: 'vmagent-0', component: 'dev', severity: 'critical' },
  },
  {
    alert: 'SpokeTargetsDown',
    series: { 'up{cluster="prod", job="node-exporter", instance="n1"}': '0x60' },
    silent: {
      'up{cluster="prod", job="node-exporter", instance="n1"}': '1x60',
      'up{cluster="infra", job="node-exporter", instance="n2"}': '0x60',
    },
    fires: { spoke: 'prod', job: 'node-exporter', component: 'prod', severity: 'warning' },
  },
  {
    alert: 'HubLimitReached',
    series: {
      [`vmauth_user_concurrent_requests_limit_reached_total{${DOOR}, username="grafana"}`]: '0+3x60',
    },
    silent: { [`vmauth_user_concurrent_requests_limit_reached_total{${DOOR}, username="grafana"}`]: '9x60' },
    fires: { username: 'grafana', component: 'vmauth', severity: 'warning' },
  },
  {
    alert: 'HubRefusesTokens',
    series: { [`vmauth_http_request_errors_total{${DOOR}, reason="invalid_auth_token"}`]: '0+4x60' },
    silent: {
      [`vmauth_http_request_errors_total{${DOOR}, reason="invalid_auth_token"}`]: '0+1x5 5x55',
      [`vmauth_http_request_errors_total{${DOOR}, reason="client_canceled"}`]: '0+40x60',
    },
    fires: { component: 'vmauth', severity: 'warning' },
  },
  {
    alert: 'HubStoreFails',
    series: { [`vmauth_user_request_backend_errors_total{${DOOR}, username="vmagent-dev"}`]: '0+1x60' },
    silent: { [`vmauth_user_request_backend_errors_total{${DOOR}, username="vmagent-dev"}`]: '3x60' },
    fires: { username: 'vmagent-dev', component: 'vmauth', severity: 'critical' },
  },
  {
    alert: 'MetricsStoreFilling',
    series: {
      [`vm_free_disk_space_bytes{${STORAGE}}`]: '15x60',
      [`vm_data_size_bytes{${STORAGE}, type="storage/big"}`]: '85x60',
    },
    silent: {
      [`vm_free_disk_space_bytes{${STORAGE}}`]: '50x60',
      [`vm_data_size_bytes{${STORAGE}, type="storage/big"}`]: '50x60',
    },
    fires: { pod: 'vmstorage-0', component: 'vmstorage', severity: 'warning' },
  },
  {
    alert: 'RulesFail',
    series: { 'vmalert_alerting_rules_errors_total{job="vmalert", alertname="x"}': '0+1x60' },
    silent: { 'vmalert_alerting_rules_errors_total{job="vmalert", alertname="x"}': '3x60' },
    fires: { component: 'vmalert', severity: 'critical' },
  },
];

proof(['prometheus'], 'The alerts of the hub', () => {
  const groups = [
    ...hubAlerts({ spokes: ['dev', 'staging', 'prod'] }),
    metricsStoreAlerts({ backups: undefined }),
    alertingAlerts(),
  ];
  testAlerts(() => stringify(renderRules(groups)), CASES);
});
