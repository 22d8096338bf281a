/** A ClickHouse with somebody who writes, reads and scrapes it, for the tests of its component and its files. */
import { Duration, Size } from 'cdk8s';
import type { Platform, PlatformProps } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Workload } from '../../../constructs/core/workload';
import { ClickHouse, type ClickHouseProps } from '../../../constructs/store/clickhouse';
import { CONTAINER, TestComponent, testPlatform } from '../core/fixture';

export const LOAD = { eventsPerSecond: 1000, bytesPerSecond: 700_000 };

export const KEEPER = { volume: { size: Size.gibibytes(4), storageClass: 'managed' } };

export interface ClickHouseSystem {
  readonly platform: Platform;
  readonly clickHouse: ClickHouse;
}

export function clickHouseSystem(
  props: Partial<ClickHouseProps> = {},
  platformProps: Partial<PlatformProps> = {},
): ClickHouseSystem {
  const platform = testPlatform({ survivesOutage: Duration.seconds(0), ...platformProps });
  const clickHouse = new ClickHouse(platform, 'clickhouse', {
    namespace: 'store',
    retention: {
      spans: Duration.days(3),
      perMinute: Duration.days(30),
      edges: Duration.days(30),
      endToEnd: Duration.days(14),
    },
    volume: { size: Size.gibibytes(128), storageClass: 'managed' },
    load: LOAD,
    passwords: { writer: SecretRef.named('otel-password'), reader: SecretRef.named('grafana-password') },
    ...props,
  });
  const clients = new TestComponent(platform, 'clients', { layer: 'collect' });
  const client = new Workload(clients, 'clients', {
    kind: 'Deployment',
    uid: 10001,
    drainSeconds: 30,
    container: CONTAINER,
  });
  const { writer, reader, metrics } = clickHouse;
  client.connect(writer.to, {
    signals: ['traces'],
    purpose: 'spans',
    credential: { kind: 'password', secret: writer.password },
  });
  client.connect(reader.endpoint, {
    signals: ['queries'],
    purpose: 'dashboards',
    credential: reader.credential,
  });
  for (const endpoint of metrics) client.connect(endpoint, { signals: ['metrics'], purpose: 'scrapes' });
  return { platform, clickHouse };
}
