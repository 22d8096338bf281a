import { Kafka } from '../../../constructs/buffer/kafka';
import { KafkaExporter } from '../../../constructs/buffer/kafka-exporter';
import { CLUSTER_ID, CLUSTER_PROPS, object, samplePlatform } from './sample';

const platform = samplePlatform('prod');
const kafka = new Kafka(platform, 'kafka', { ...CLUSTER_PROPS, clusterId: CLUSTER_ID });
const exporter = new KafkaExporter(platform, 'kafka-exporter', { namespace: 'hyperion-pipeline', kafka });

it('logs in over TLS as its own user, whose password no argument shows', () => {
  expect(object(exporter, 'Deployment', 'kafka-exporter')).toMatchObject({
    spec: {
      replicas: 1,
      template: {
        spec: {
          securityContext: { runAsUser: 65534 },
          containers: [
            {
              image: 'docker.io/danielqsj/kafka-exporter:v1.9.0',
              args: [
                '--kafka.server=kafka.hyperion-pipeline.svc.cluster.local:9093',
                '--kafka.version=4.0.0',
                '--sasl.enabled',
                '--sasl.mechanism=plain',
                '--sasl.username=kafka-exporter',
                '--tls.enabled',
                '--tls.ca-file=/etc/hyperion/tls/ca.crt',
                '--topic.exclude=^__',
                '--web.listen-address=:9308',
              ],
              env: [
                {
                  name: 'SASL_USER_PASSWORD',
                  valueFrom: { secretKeyRef: { name: 'kafka-exporter-secrets', key: 'kafka-exporter' } },
                },
              ],
              readinessProbe: { httpGet: { path: '/healthz', port: 9308 } },
            },
          ],
          volumes: [{ secret: { secretName: 'kafka-trust', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }],
        },
      },
    },
  });
});

it('gives metrics', () => {
  expect(exporter.metrics.url).toBe('http://kafka-exporter.hyperion-pipeline.svc.cluster.local:9308/metrics');
});
