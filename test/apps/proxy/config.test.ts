/** What the proxy's settings may be. */
import { PROXY_VARIABLES, readProxySettings } from '../../../apps/proxy/config';
import { membersOfList } from '../../../apps/proxy/membership/static-list';
import { EnvironmentError } from '../../../apps/shared/environment';

const TOKEN = { SERVICE_TOKEN: 'test-token-0123456789' };

function problemsOf(environment: Readonly<Record<string, string>>): string {
  try {
    readProxySettings({ ...TOKEN, ...environment });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  return '';
}

test('a list of brokers is enough', () => {
  const settings = readProxySettings({
    ...TOKEN,
    PROXY_BROKERS: 'http://a:8080,-,https://[::1]:8443/,http://c',
  });
  expect(settings).toMatchObject({
    PROXY_FAILOVER: true,
    PROXY_HEALTH_INTERVAL: 2000,
    PROXY_MAX_RECEIVERS: 500,
  });
  expect(membersOfList(settings.PROXY_BROKERS ?? '')).toEqual([
    { ordinal: 0, url: 'http://a:8080' },
    { ordinal: 2, url: 'https://[::1]:8443' },
    { ordinal: 3, url: 'http://c' },
  ]);
});

test('the name of a service is enough, and scheme and SRV name may be given', () => {
  for (const name of ['msg-queue-headless.ns.svc:8080', 'https://a:1', '_queue._tcp.a.example.com:1']) {
    expect(readProxySettings({ ...TOKEN, PROXY_BROKERS_DNS: name }).PROXY_BROKERS_DNS).toBe(name);
  }
});

test.each<[Readonly<Record<string, string>>, RegExp]>([
  [
    {},
    /PROXY_BROKERS and PROXY_BROKERS_DNS are not set\n {2}rule: {3}the brokers come from one of the two\n {2}remedy: set/,
  ],
  [{ PROXY_BROKERS: 'http://a', PROXY_BROKERS_DNS: 'b:1' }, /are both set/],
  [
    { PROXY_BROKERS: 'http://a,http://b,http://a' },
    /names http:\/\/a twice\n {2}rule: {3}each broker has one place/,
  ],
  [{ PROXY_BROKERS: '-,-' }, /names no broker/],
  [{ PROXY_BROKERS: 'a:8080' }, /PROXY_BROKERS = "a:8080"\n {2}rule: {3}must be 1 to 16 addresses/],
  [{ PROXY_BROKERS: 'http://user:secret@a:8080' }, /must be 1 to 16 addresses/],
  [{ PROXY_BROKERS: 'http://a/path' }, /without paths/],
  [{ PROXY_BROKERS: Array(17).fill('-').join(',') }, /must be 1 to 16 addresses/],
  [{ PROXY_BROKERS_DNS: 'msg-queue-headless' }, /a name with a port/],
  [
    { PROXY_BROKERS: 'http://a', PROXY_FAILOVER: 'yes' },
    /PROXY_FAILOVER = "yes"\n {2}rule: {3}must be true or false/,
  ],
  [{ PROXY_BROKERS: 'http://a', PROXY_HEALTH_INTERVALL: '1s' }, /did you mean PROXY_HEALTH_INTERVAL\?/],
  [{ PROXY_BROKERS: 'http://a', PROXY_SPEED: '1' }, /PROXY_SPEED = \(not shown\)/],
])('%j', (environment, problem) => {
  expect(problemsOf(environment)).toMatch(problem);
});

test('all that is wrong is said at once', () => {
  const problems = problemsOf({ PROXY_FAILOVER: 'yes', PROXY_MAX_REQUESTS: '0' });
  for (const each of ['PROXY_FAILOVER', 'PROXY_MAX_REQUESTS', 'PROXY_BROKERS_DNS'])
    expect(problems).toContain(each);
});

test('every variable says what it is for', () => {
  for (const schema of Object.values(PROXY_VARIABLES)) expect(schema.description).toMatch(/^[A-Z]/);
});
