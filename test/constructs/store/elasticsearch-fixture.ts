/** An Elasticsearch with its agent and its pages, as small as it may be. */
import { Duration, Size } from 'cdk8s';
import { Filebeat, type FilebeatProps } from '../../../constructs/collect/filebeat';
import type { MountedConfig } from '../../../constructs/core/component';
import type { Platform, PlatformProps } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Elasticsearch, type ElasticsearchProps } from '../../../constructs/store/elasticsearch';
import { Kibana, type KibanaProps } from '../../../constructs/view/kibana';
import { testPlatform } from '../core/fixture';

export interface LoggingProps {
  readonly platform?: Partial<PlatformProps>;
  readonly elasticsearch?: Partial<ElasticsearchProps>;
  readonly filebeat?: Partial<FilebeatProps>;
  readonly kibana?: Partial<KibanaProps>;
}

export const RETENTION = {
  kind: 'ilm',
  maxAge: Duration.days(14),
  maxTotalSize: Size.gibibytes(100),
} as const;
const ISSUER = { name: 'internal', kind: 'ClusterIssuer' } as const;
/** 500 lines a second of 100 B: 50 kB/s, 4.4 GB in 24 hours. */
const LOAD = { eventsPerSecond: 500, bytesPerSecond: 50_000 };

export function logging(props: LoggingProps = {}): Platform {
  const platform = testPlatform(props.platform);
  const store = new Elasticsearch(platform, 'elasticsearch', {
    namespace: 'logging',
    nodes: 1,
    bootstrap: true,
    volume: { size: Size.gibibytes(200), storageClass: 'fast' },
    retention: RETENTION,
    issuer: ISSUER,
    people: [{ name: 'ada', password: SecretRef.named('ada-password'), role: 'viewer' }],
    snapshots: 'none',
    load: LOAD,
    ...props.elasticsearch,
  });
  new Filebeat(platform, 'filebeat', {
    namespace: 'agents',
    elasticsearch: store.writer,
    issuer: ISSUER,
    nodes: 3,
    queue: Size.gibibytes(2),
    load: LOAD,
    ...props.filebeat,
  });
  new Kibana(platform, 'kibana', {
    namespace: 'logging',
    elasticsearch: store.reader,
    issuer: ISSUER,
    host: 'kibana.infra.example.com',
    ...props.kibana,
  });
  return platform;
}

/** Text of a configuration file of the platform. */
export function fileOf(platform: Platform, name: string): string {
  const mounted = platform.components.flatMap(({ configs }): readonly MountedConfig[] => configs);
  const found = mounted.flatMap(({ files }) => files).find((file) => file.name === name);
  if (found === undefined) throw new Error(`no file ${name}`);
  return found.text;
}
