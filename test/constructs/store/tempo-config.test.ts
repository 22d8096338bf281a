import Ajv2020 from 'ajv/dist/2020';
import { Duration } from 'cdk8s';
import { parse } from 'yaml';
import type { ObjectBucket } from '../../../constructs/core/object-store';
import { toYaml } from '../../../constructs/core/yaml';
import { renderTempo, type TempoPartAddresses } from '../../../constructs/store/tempo-config';
import { testPlatform } from '../core/fixture';
import { blobContainer } from './log-and-trace-fixture';
import { awsBucket, cephBucket } from './s3-fixture';
import { TEMPO_SCHEMA } from './tempo-schema';

const validate = new Ajv2020({ allErrors: true }).compile(TEMPO_SCHEMA);

const PARTS: TempoPartAddresses = {
  ringMembers: ['a.example.com:7946'],
  queryFrontends: 'frontend.example.com:9095',
  backendScheduler: 'scheduler.example.com:9095',
  kafka: { address: 'kafka.example.com:9094', topic: 'tempo-ingest', user: 'tempo' },
};

/** What the container reads, changed as somebody might by mistake. */
function mistakes(
  parts?: TempoPartAddresses,
  change = (text: string): string => text,
  blocks: ObjectBucket = blobContainer(testPlatform(), 'blocks'),
): string[] {
  const data = renderTempo({
    blocks,
    retention: Duration.days(14),
    limits: { rateBytesPerSecond: 30_000_000, maxLiveTraces: 10_000 },
    parts,
  });
  validate(parse(change(toYaml(data))));
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
  );
}

describe("Tempo's configuration fits a schema written after its manifest of options (Tempo itself was not run: no registry has it)", () => {
  test('the single binary', () => {
    expect(mistakes()).toEqual([]);
  });

  test('distributed', () => {
    expect(mistakes(PARTS)).toEqual([]);
  });

  test('blocks on S3', () => {
    expect(mistakes(undefined, undefined, cephBucket(testPlatform(), 'blocks'))).toEqual([]);
    expect(mistakes(PARTS, undefined, awsBucket(testPlatform(), 'blocks'))).toEqual([]);
  });

  test('a key of Tempo 2 is refused', () => {
    expect(mistakes(PARTS, (text) => text.replace('backend_worker:', 'compactor:'))).toEqual([
      ' must NOT have additional properties {"additionalProperty":"compactor"}',
    ]);
  });

  test('a misspelt key, a duration without a unit, a user without a password', () => {
    const broken = (text: string): string =>
      text
        .replace('max_consuming_bytes', 'max_bytes_per_cycle')
        .replace('complete_block_timeout: 1200s', 'complete_block_timeout: 1200')
        .replace(/^ *sasl_password:.*\n/m, '');
    expect(mistakes(PARTS, broken)).toEqual([
      '/ingest/kafka must have property sasl_password when property sasl_username is present {"property":"sasl_username","missingProperty":"sasl_password","depsCount":1,"deps":"sasl_password"}',
      '/block_builder must NOT have additional properties {"additionalProperty":"max_bytes_per_cycle"}',
      '/live_store/complete_block_timeout must be string {"type":"string"}',
    ]);
  });
});
