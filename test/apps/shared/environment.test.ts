import { EnvironmentError, readEnvironment } from '../../../apps/shared/environment';
import { SERVICE_VARIABLES } from '../../../apps/shared/service-variables';
import {
  choice,
  count,
  duration,
  flag,
  optional,
  secret,
  size,
  text,
  type Environment,
} from '../../../apps/shared/variables';

const VARIABLES = {
  TEST_WAIT: duration({ description: 'A wait', min: '1ms', max: '1h', default: '30s' }),
  TEST_ROOM: size({ description: 'Room', min: '1KiB', max: '1GiB', default: '64MiB' }),
  TEST_COUNT: count({ description: 'A count', min: 1, max: 10, default: '3' }),
  TEST_SWITCH: flag({ description: 'A switch', default: 'false' }),
  TEST_MODE: choice({ description: 'A mode', of: ['fast', 'safe'], default: 'safe' }),
  TEST_NAME: text({ description: 'A name', rule: 'lower-case letters', pattern: '^[a-z]+$' }),
  TEST_SECRET: secret({ description: 'A secret', minLength: 8 }),
  TEST_FILE: optional(text({ description: 'A file', rule: 'a path' })),
} as const;

const REQUIRED = { TEST_NAME: 'abc', TEST_SECRET: 'a-secret' };

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readEnvironment(VARIABLES, environment, 'TEST_');
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

test('text becomes what the service works with', () => {
  expect(readEnvironment(VARIABLES, REQUIRED, 'TEST_')).toEqual({
    TEST_WAIT: 30_000,
    TEST_ROOM: 64 * 1024 * 1024,
    TEST_COUNT: 3,
    TEST_SWITCH: false,
    TEST_MODE: 'safe',
    TEST_NAME: 'abc',
    TEST_SECRET: 'a-secret',
    TEST_FILE: undefined,
  });
  const settings = readEnvironment(
    VARIABLES,
    { ...REQUIRED, TEST_WAIT: '2m', TEST_SWITCH: 'true', TEST_MODE: 'fast', TEST_FILE: '/a' },
    'TEST_',
  );
  expect(settings).toMatchObject({
    TEST_WAIT: 120_000,
    TEST_SWITCH: true,
    TEST_MODE: 'fast',
    TEST_FILE: '/a',
  });
});

test.each([
  ['TEST_WAIT', '30', 'must be a duration such as 250ms, 30s, 5m or 1h, from 1ms to 1h'],
  ['TEST_WAIT', '2h', 'must be a duration'],
  ['TEST_WAIT', '0s', 'must be a duration'],
  ['TEST_ROOM', '64MB', 'must be a size such as 512KiB, 64MiB or 1GiB, from 1KiB to 1GiB'],
  ['TEST_ROOM', '2GiB', 'must be a size'],
  ['TEST_COUNT', '11', 'must be a whole number from 1 to 10'],
  ['TEST_COUNT', '1.5', 'must be a whole number'],
  ['TEST_SWITCH', 'yes', 'must be true or false'],
  ['TEST_MODE', 'slow', 'must be one of fast, safe'],
  ['TEST_NAME', 'ABC', 'must be lower-case letters'],
])('%s = %s is refused', (name, value, rule) => {
  const found = problems({ ...REQUIRED, [name]: value });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`environment: ${name} = ${JSON.stringify(value)}\n  rule:   ${rule}`);
});

test('all problems are listed at once, and secrets are not shown', () => {
  const found = problems({ TEST_SECRET: 'short', TEST_COUNT: 'x', TEST_COLOR: 'red', TEST_NAME: '' }).join(
    '\n',
  );
  expect(found).toContain('TEST_SECRET = (not shown)');
  expect(found).not.toContain('short');
  expect(found).toContain('TEST_COUNT = "x"');
  expect(found).toContain('TEST_NAME = not set\n  rule:   required: A name');
  expect(found).toContain('TEST_COLOR = (not shown)');
});

test('a slip of the pen is found without the prefix too', () => {
  const own = { LISTEN_PORT: '1', SERVICE_TOKN: 'a-secret-value-of-mine', SERVICE_TOKEN: 'x'.repeat(16) };
  expect(() => readEnvironment(SERVICE_VARIABLES, own, 'TEST_')).toThrow('did you mean SERVICE_TOKEN?');
});

test('what others put into the environment is not refused', () => {
  const links = {
    PATH: '/bin',
    HTTP_PROXY: 'http://proxy.example.com',
    TEST_SERVICE_HOST: '10.0.0.1',
    TEST_SERVICE_PORT: '80',
    TEST_SERVICE_PORT_HTTP: '80',
    TEST_PORT: 'tcp://10.0.0.1:80',
    TEST_PORT_80_TCP: 'tcp://10.0.0.1:80',
    TEST_PORT_80_TCP_ADDR: '10.0.0.1',
  };
  expect(problems({ ...REQUIRED, ...links })).toEqual([]);
});

test('a certificate without its key is refused', () => {
  const environment = { SERVICE_TOKEN: 'x'.repeat(16), TLS_CERT_FILE: '/cert.pem' };
  expect(() => readEnvironment(SERVICE_VARIABLES, environment, 'TEST_')).toThrow(
    'environment: TLS_KEY_FILE = not set\n  rule:   TLS needs both a certificate and its key',
  );
});

test('a Deployment may set what the service knows, as text; the compiler refuses the rest', () => {
  const environment = { TEST_WAIT: '5s', TEST_MODE: 'fast' } satisfies Environment<typeof VARIABLES>;
  // @ts-expect-error a renamed variable does not compile
  const renamed = { TEST_WAITING: '5s' } satisfies Environment<typeof VARIABLES>;
  // @ts-expect-error nor does a value that is not one of the choices
  const unknownMode = { TEST_MODE: 'slow' } satisfies Environment<typeof VARIABLES>;
  expect(problems({ ...REQUIRED, ...environment })).toEqual([]);
  expect(problems({ ...REQUIRED, ...renamed })).toHaveLength(1);
  expect(problems({ ...REQUIRED, ...unknownMode })).toHaveLength(1);
});
