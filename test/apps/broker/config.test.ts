/** What each engine needs of the settings, and that all that is missing is said at once. */
import { readBrokerSettings } from '../../../apps/broker/config';
import { EnvironmentError } from '../../../apps/shared/environment';

const TOKEN = 'test-token-0123456789';

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readBrokerSettings({ SERVICE_TOKEN: TOKEN, ...environment });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

test('the embedded engine needs a folder, Kafka needs to be found', () => {
  expect(problems({})).toEqual([
    'environment: BROKER_DATA_DIR = not set\n' +
      '  rule:   required with BROKER=embedded: The folder of the logs; nobody else may use it (BROKER=embedded)\n' +
      '  remedy: set it to a path',
  ]);
  expect(problems({ BROKER: 'kafka' })).toEqual([
    'environment: BROKER_KAFKA_BOOTSTRAP = not set\n' +
      '  rule:   required with BROKER=kafka: Where Kafka is found (BROKER=kafka)\n' +
      '  remedy: set it to host:port, several with commas between them',
  ]);
  expect(problems({ BROKER_DATA_DIR: '/data' })).toEqual([]);
  expect(problems({ BROKER: 'kafka', BROKER_KAFKA_BOOTSTRAP: 'a.example.com:9092,[::1]:9092' })).toHaveLength(
    1,
  );
  expect(problems({ BROKER: 'kafka', BROKER_KAFKA_BOOTSTRAP: 'a.example.com:9092,10.0.0.1:9093' })).toEqual(
    [],
  );
});

test('a user has a password, and a password a user; neither is shown', () => {
  const kafka = { BROKER: 'kafka', BROKER_KAFKA_BOOTSTRAP: 'a.example.com:9092' };
  expect(problems({ ...kafka, BROKER_KAFKA_USERNAME: 'x' }).join('\n')).toContain(
    'environment: BROKER_KAFKA_PASSWORD = not set\n  rule:   required with BROKER_KAFKA_USERNAME: ',
  );
  const found = problems({
    ...kafka,
    BROKER_KAFKA_PASSWORD: 'an obvious fake',
    BROKER_KAFKA_MECHANISM: 'GSSAPI',
    BROKER_KAFKA_REPLICATION: '0',
  });
  expect(found).toHaveLength(4);
  expect(found.join('\n')).not.toContain('obvious');
  expect(found.join('\n')).toContain(
    'BROKER_KAFKA_MECHANISM = "GSSAPI"\n  rule:   must be one of SCRAM-SHA-512, PLAIN',
  );
});
