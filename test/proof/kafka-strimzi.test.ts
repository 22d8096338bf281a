/**
 * Strimzi's own definitions accept what we would give it. No environment may run Kafka so at the moment; the objects of
 * those that do are judged by `schemas.test.ts` too. Not proved: that the operator makes a working Kafka of them.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KafkaStrimzi } from '../../constructs/buffer/kafka-strimzi';
import { AuthScheme } from '../../constructs/core/credential';
import { External } from '../../constructs/core/party';
import {
  CLUSTER_PROPS,
  connectConsumer,
  EGRESS_LOGS,
  EXTERNAL,
  SampleClients,
  samplePlatform,
} from '../constructs/buffer/sample';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { schemaJudge } from './schema-judge';

/** In no registry; they lie beside the checkout where the project was made. */
const STRIMZI_CRDS = resolve(__dirname, '../../../shared/crds/strimzi');

type Manifest = Record<string, unknown> & { readonly kind: string; readonly spec: Record<string, unknown> };

function manifests(): Manifest[] {
  const platform = samplePlatform('prod');
  const kubernetesApi = new External(platform, 'kubernetes-api', {
    description: 'the Kubernetes API',
    cidrs: ['10.0.0.1/32'],
  }).listen({
    name: 'https',
    port: 443,
    protocol: 'kubernetes-api',
    signals: ['coordination'],
    access: 'control',
    auth: AuthScheme.serviceAccountToken(),
  });
  const kafka = new KafkaStrimzi(platform, 'kafka', {
    ...CLUSTER_PROPS,
    topics: [...CLUSTER_PROPS.topics, EGRESS_LOGS],
    external: EXTERNAL,
    operatorNamespace: 'strimzi',
    kubernetesApi,
  });
  connectConsumer(platform, new SampleClients(platform, kafka, []), kafka);
  platform.runDerivers();
  return (kafka.toJson() as Manifest[]).filter(({ apiVersion }) => apiVersion === 'kafka.strimzi.io/v1');
}

if (existsSync(STRIMZI_CRDS)) {
  proof(['kubernetes-schemas'], 'Strimzi’s definitions', () => {
    let judge: ReturnType<typeof schemaJudge>;

    beforeAll(async () => {
      judge = schemaJudge(join(await tool('kubernetes-schemas'), '1.35.json'), [STRIMZI_CRDS]);
    });

    it('accept every resource, with no unknown field', () => {
      const objects = manifests();
      expect([...new Set(objects.map(({ kind }) => kind))].sort()).toEqual([
        'Kafka',
        'KafkaNodePool',
        'KafkaTopic',
        'KafkaUser',
      ]);
      expect(
        objects.flatMap((object) => judge(object).map((mistake) => `${object.kind}: ${mistake}`)),
      ).toEqual([]);
    });

    it('refuse a listener name with a hyphen, and a field that is none', () => {
      const [kafka] = manifests().filter(({ kind }) => kind === 'Kafka');
      const broken = structuredClone(kafka) as Manifest & {
        spec: { kafka: { listeners: { name: string }[]; replicas?: number } };
      };
      broken.spec.kafka.listeners = [{ ...broken.spec.kafka.listeners[0], name: 'plain-clients' }];
      broken.spec.kafka.replicas = 3;
      expect(judge(broken).sort()).toEqual([
        '/spec/kafka must NOT have additional properties: replicas',
        '/spec/kafka/listeners/0/name must match pattern "^[a-z0-9]{1,11}$"',
      ]);
    });
  });
} else {
  it('Strimzi’s definitions are not on this machine: its resources were made, not judged', () => {
    expect(manifests()).toHaveLength(4 + 1 + 1 + 6);
  });
}
