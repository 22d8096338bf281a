import { Platform } from '../../constructs/core/platform';
import { cloudRef } from '../../constructs/core/cloud-ref';
import { ConfigError } from '../../constructs/core/config-error';
import { Duration } from 'cdk8s';
import { checkCloudValues, withCloudValues } from '../../stacks/cloud-values';

function platform(): Platform {
  const made = new Platform({
    environment: 'test',
    system: 'test',
    tier: 'dev',
    zones: 1,
    secretStore: { kind: 'azure-key-vault', name: 'test' },
    survivesOutage: Duration.minutes(1),
  });
  cloudRef(made, 'grafana-database-host', "host name of Grafana's database");
  cloudRef(made, 'bucket-logs', 'bucket for logs');
  return made;
}

const messageOf = (values: unknown): string =>
  new ConfigError(checkCloudValues(platform(), values, 'values.json')).message;

test('values stand where their placeholders stood, however often', () => {
  const files = new Map([
    ['a.yaml', 'host: ${cloud:bucket-logs}.example.com\nbucket: ${cloud:bucket-logs}\n'],
  ]);
  const values = { 'bucket-logs': 'acme-logs', 'grafana-database-host': 'db.example.com' };
  expect(checkCloudValues(platform(), values, 'values.json')).toEqual([]);
  expect(withCloudValues(files, values).get('a.yaml')).toBe(
    'host: acme-logs.example.com\nbucket: acme-logs\n',
  );
});

test('values that are missing, superfluous or no plain text are told, all at once', () => {
  expect(messageOf({ 'bucket-logs': 'a"b', 'bucket-traces': 'acme-traces' })).toBe(
    [
      'values.json: grafana-database-host = undefined',
      "  rule:   test waits for this value: host name of Grafana's database",
      '  remedy: add it',
      'values.json: bucket-traces = "acme-traces"',
      '  rule:   nothing in test waits for it',
      '  remedy: remove it; the values may be those of another environment',
      'values.json: bucket-logs = "a\\"b"',
      '  rule:   a value is a text of letters, digits and . _ : / -, for it stands in YAML and in URLs',
      '  remedy: correct it',
    ].join('\n'),
  );
});

test('anything but an object is told how to get one', () => {
  expect(messageOf(['acme-logs'])).toContain('remedy: write it with: pulumi stack output cloudValues --json');
});
