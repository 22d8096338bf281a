/** The collector's settings: everything that is wrong with them at once. */
import { readCollectorSettings } from '../../../apps/collector/config';
import { EnvironmentError } from '../../../apps/shared/environment';

const NEEDED = { SERVICE_TOKEN: 'test-token-0123456789', QUEUE_URL: 'http://msg-queue-proxy:8080' };

function problemsOf(environment: Record<string, string>): string {
  try {
    readCollectorSettings(environment);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  return '';
}

it('has defaults for everything but addresses and secrets', () => {
  expect(readCollectorSettings({ ...NEEDED, STORE_DATA_DIR: '/data' })).toMatchObject({
    STORE: 'embedded',
    STORE_RETENTION: undefined,
    STORE_MAX_SIZE: 10 * 1024 ** 3,
    QUEUE_TOPIC: 'telemetry',
    COLLECTOR_BATCH_SIZE: 5000,
    COLLECTOR_BATCH_WAIT: 500,
    RETRY_ATTEMPTS: 3,
    BACKOFF_FACTOR: 2,
  });
});

it('asks for what the chosen store needs', () => {
  expect(problemsOf(NEEDED)).toContain(
    'environment: STORE_DATA_DIR = not set\n  rule:   required with STORE=embedded',
  );
  const problems = problemsOf({ ...NEEDED, STORE: 'influxdb', COLLECTOR_BATCH_SIZE: '0' });
  expect(problems).toContain('environment: INFLUXDB_URL = not set\n  rule:   required with STORE=influxdb');
  expect(problems).toContain('environment: INFLUXDB_TOKEN = not set\n  rule:   required with STORE=influxdb');
  expect(problems).toContain('environment: COLLECTOR_BATCH_SIZE = "0"');
  expect(problems).not.toContain('STORE_DATA_DIR');
  const influx = { INFLUXDB_URL: 'http://influxdb:8086', INFLUXDB_TOKEN: 'obviously-not-a-secret' };
  expect(readCollectorSettings({ ...NEEDED, STORE: 'influxdb', ...influx })).toMatchObject({
    INFLUXDB_ORG: 'telemetryorg',
    INFLUXDB_BUCKET: 'telem_bucket',
  });
});

it('never shows a token', () => {
  expect(problemsOf({ ...NEEDED, INFLUXDB_TOKEN: 'with blanks inside', STORE: 'influxdb' })).not.toContain(
    'with blanks',
  );
});
