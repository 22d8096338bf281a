/**
 * The pages of environments, on a small one whose figures can be checked by hand.
 */
import { Size } from 'cdk8s';
import { questionDiagram, telemetryDiagram } from '../../docs/environment-page/diagram';
import { table } from '../../docs/environment-page/markdown';
import { outageTable, topicTable } from '../../docs/environment-page/outages';
import { environmentPage } from '../../docs/environment-page/page';
import { hyperion } from '../../constructs/systems/hyperion';
import { complete } from '../../constructs/core/complete';
import type { Platform } from '../../constructs/core/platform';
import { HYPERION_DEV } from '../../stacks/environments/hyperion-dev';
import { smallEnvironment, smallPlatform } from '../stacks/small-platform';

/** Without the padding of tables. */
function squeezed(markdown: string | undefined): string {
  return (markdown ?? '').replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}

function devPlatform(logs: 'failover' | 'kafka-first'): Platform {
  const platform = hyperion({ ...HYPERION_DEV, signalModes: { ...HYPERION_DEV.signalModes, logs } });
  complete(platform);
  return platform;
}

test('telemetry is drawn from its senders to its store, with signal, protocol and delivery', () => {
  expect(telemetryDiagram(smallPlatform())).toBe(
    [
      '```mermaid',
      'flowchart TB',
      '  subgraph layer-collect["collect"]',
      '    collector[collector]',
      '  end',
      '  subgraph layer-store["store"]',
      '    store[store]',
      '  end',
      '  outside([outside])',
      '  collector -->|"logs<br/>loki-http<br/>disk 1 × 1 GiB"| store',
      '  outside -->|"logs<br/>otlp-http"| collector',
      '```',
    ].join('\n'),
  );
});

test('questions are drawn from who asks to who answers', () => {
  expect(questionDiagram(smallPlatform()).split('\n').slice(-3)).toEqual([
    '  outside([outside])',
    '  outside -->|"queries<br/>loki-http"| store',
    '```',
  ]);
});

test('the way over Kafka is dotted while it waits for a failure, and solid when everything takes it', () => {
  const failover = telemetryDiagram(devPlatform('failover'));
  expect(failover).toContain('  otel-ingress -->|"logs<br/>otlp-http<br/>else kafka"| otel-logs');
  expect(failover).toContain('  otel-ingress -.->|"logs, metrics, traces<br/>kafka"| kafka-failover-logs');
  expect(failover).toContain('  otel-replay -.->|"logs<br/>otlp-http"| otel-logs');
  const kafkaFirst = telemetryDiagram(devPlatform('kafka-first'));
  expect(kafkaFirst).not.toContain('| otel-logs\n  otel-ingress -->|"logs');
  expect(kafkaFirst).toContain('  otel-replay -->|"logs<br/>otlp-http"| otel-logs');
  expect(kafkaFirst).toContain('  otel-replay -.->|"metrics<br/>otlp-http"| otel-metrics');
});

test('topics with the same writers and readers share a box', () => {
  const diagram = telemetryDiagram(devPlatform('failover'));
  expect(diagram).toContain(
    '    kafka-failover-logs[("kafka:<br/>failover-logs<br/>failover-metrics<br/>failover-traces")]',
  );
  expect(diagram).toContain('    kafka-egress-poseidon[("kafka:<br/>egress-poseidon")]');
});

test('an outage is answered with the arithmetic of its queues', () => {
  expect(squeezed(outageTable(smallPlatform({ queue: Size.gibibytes(2) }))).split('\n')).toEqual([
    '| may be away | for what | load at the declared peak | how long | because |',
    '| --- | --- | --- | --- | --- |',
    '| `store` | logs from `collector` | 1,000 events/s, 1 MiB/s | **34 min** | ' +
      'collector disk queue: 1 × 2 GiB ÷ 1 MiB/s = 34 min<br>' +
      'collector: nothing waits before it; its senders are refused and retry |',
  ]);
});

test('topics are listed with who fills and who empties them', () => {
  expect(squeezed(topicTable(devPlatform('failover'))).split('\n')).toContain(
    '| `egress-poseidon` | 824 MiB | 30 h 0 min | `otel-egress` | `consumer-poseidon` |',
  );
});

test('the page says what runs, and what has to be there first', () => {
  const page = squeezed(environmentPage('small-dev', smallEnvironment({ replicas: 3 })));
  expect(page).toContain('# small-dev\n');
  expect(page).toContain(
    'A small environment of the tests. System `small`, tier `dev`, one zone, 3 components',
  );
  expect(page).toContain(
    '| **store**<br>Keeps logs | `store`<br>StatefulSet × 3 | loki 3.7.8 | AGPL-3.0 | 100m | 128Mi | data 10Gi |',
  );
  expect(page).toContain('| `small` | 4 | 0.4 | 512 MiB | 30 GiB | 11 pods, 600m, 768Mi |');
  expect(page).toContain('| `store-password` | `store` |');
  expect(page).toContain('| External Secrets Operator | `external-secrets.io/v1` | `ExternalSecret` |');
  expect(page).toContain('| `outside` | senders | `10.1.0.0/16` |');
});

test('an environment without topics or cloud values has no empty tables', () => {
  const page = environmentPage('small-dev', smallEnvironment());
  expect(page).not.toContain('What Kafka keeps');
  expect(page).not.toContain('Values of the cloud');
});

test('tables are aligned, and a pipe does not end its cell', () => {
  expect(table(['what', 'x'], [['a|b', '30 × 1']])).toBe(
    ['| what | x      |', '| ---- | ------ |', '| a\\|b | 30 × 1 |'].join('\n'),
  );
});
