/** What the stand-in reads from the server's files, and what it refuses rather than leave out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServerConfig } from './server-config';
import { authenticate } from './users';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clickhouse-stand-in-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CONFIG = `
path: /data
tcp_port: 9000
http_port: 8123
max_server_memory_usage_to_ram_ratio: 0.8
user_directories: { users_xml: { path: users.yaml } }
`;
const USERS = `
profiles:
  reader: { readonly: 2, constraints: { readonly: { const: true } } }
users:
  one:
    password: { "@from_env": ONE_PASSWORD }
    networks: { ip: "::/0" }
    profile: reader
    grants: { query: [GRANT SELECT ON a.*, GRANT INSERT ON a.b] }
  two:
    password_sha256_hex: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    networks: { ip: "::/0" }
    grants: { query: GRANT SELECT ON a.* }
`;

function read(config: string, users: string) {
  writeFileSync(join(folder, 'config.yaml'), config);
  writeFileSync(join(folder, 'users.yaml'), users);
  return readServerConfig(join(folder, 'config.yaml'), { ONE_PASSWORD: 'first' });
}

it('takes ports, data and users for itself and leaves the rest to the engine', () => {
  const config = read(CONFIG, USERS);
  expect(config).toMatchObject({
    nativePort: 9000,
    httpPort: 8123,
    metrics: undefined,
    dataPath: '/data',
    timezone: 'UTC',
    listenHosts: ['::1', '127.0.0.1'],
    engine: { max_server_memory_usage_to_ram_ratio: 0.8 },
  });
  expect(config.users.get('one')).toMatchObject({
    profile: 'reader',
    settings: { readonly: '2' },
    grants: ['GRANT SELECT ON a.*', 'GRANT INSERT ON a.b'],
  });
  expect(config.users.get('two')).toMatchObject({ profile: 'default', grants: ['GRANT SELECT ON a.*'] });
});

it('knows a user by name and password, given as such or as its hash', () => {
  const { users } = read(CONFIG, USERS);
  expect(authenticate(users, 'one', 'first')?.name).toBe('one');
  expect(authenticate(users, 'two', 'foo')?.name).toBe('two');
  for (const [name, password] of [
    ['one', 'foo'],
    ['one', ''],
    ['nobody', 'first'],
    ['nobody', ''],
  ] as const) {
    expect(authenticate(users, name, password)).toBeUndefined();
  }
});

it.each([
  ['replication', `${CONFIG}zookeeper: {}\n`, USERS, 'zookeeper: the stand-in is one server without Keeper'],
  ['no data path', CONFIG.replace('path: /data\n', ''), USERS, 'path: the stand-in needs the data’s folder'],
  [
    'a network',
    CONFIG,
    USERS.replace('::/0', '10.0.0.0/8'),
    'users.one.networks: the stand-in tells no networks apart',
  ],
  [
    'a variable that is not set',
    CONFIG,
    USERS.replace('ONE_', 'NO_'),
    'NO_PASSWORD is not in the environment',
  ],
  [
    'a user without password',
    CONFIG,
    USERS.replace(/password_sha.*\n/, 'profile: x\n'),
    'users.two: no password',
  ],
  [
    'what it does not know',
    CONFIG,
    USERS.replace('profile: reader', 'quota: q'),
    'users.one.quota: the stand-in knows',
  ],
])('refuses %s', (_what, config, users, message) => {
  expect(() => read(config, users)).toThrow(message);
});
