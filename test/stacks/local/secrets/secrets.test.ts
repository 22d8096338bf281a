import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../../../policies/manifest';
import { localSecrets, type SecretData } from '../../../../stacks/local/secrets/secrets';
import { readSecretsFile, writeSecretsFile } from '../../../../stacks/local/secrets/secrets-file';
import { deployment, object } from '../plan-fixture';

const NOW = new Date('2026-01-01T00:00:00Z');
const HEXADECIMAL = /^[0-9a-f]{64}$/;

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'hyperion-secrets-')), 'state');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function external(name: string, spec: Record<string, unknown>, namespace = 'shop'): Manifest {
  return object('ExternalSecret', name, { spec }, namespace);
}

const one = (secretKey: string, key: string, property?: string): Record<string, unknown> => ({
  secretKey,
  remoteRef: { key, ...(property === undefined ? {} : { property }) },
});

function secretsOf(...objects: readonly Manifest[]): Map<string, SecretData> {
  const { secrets, leftOut } = localSecrets(folder, objects, NOW);
  expect(leftOut).toEqual([]);
  return new Map(secrets);
}

function reasonFor(...objects: readonly Manifest[]): string | undefined {
  const { secrets, leftOut } = localSecrets(folder, objects, NOW);
  expect([...secrets]).toEqual([]);
  expect(leftOut).toHaveLength(1);
  expect(leftOut[0]?.what).toBe('ExternalSecret shop/s');
  return leftOut[0]?.because;
}

test('one name in the store is one value, in every namespace and at every start', () => {
  const objects = [
    external('a', { data: [one('password', 'kafka'), one('other', 'loki')], target: { name: 'a-secrets' } }),
    external('b', { data: [one('PASSWORD', 'kafka')] }, 'other'),
  ];
  const first = secretsOf(...objects);
  expect([...first.keys()]).toEqual(['shop/a-secrets', 'other/b']);
  const { password, other } = first.get('shop/a-secrets') ?? {};
  expect(password).toMatch(HEXADECIMAL);
  expect(other).toMatch(HEXADECIMAL);
  expect(password).not.toBe(other);
  expect(first.get('other/b')).toEqual({ PASSWORD: password });
  expect(secretsOf(...objects)).toEqual(first);
  expect(secretsOf(...objects, external('c', { data: [one('x', 'new')] })).get('other/b')).toEqual(
    first.get('other/b'),
  );
});

test('a property of an entry is a value of its own', () => {
  const data = secretsOf(
    external('s', { data: [one('a', 'db', 'user'), one('b', 'db', 'password'), one('c', 'db', 'user')] }),
  );
  const { a, b, c } = data.get('shop/s') ?? {};
  expect(a).toBe(c);
  expect(a).not.toBe(b);
});

test('a whole entry has the keys that pods ask for', () => {
  const pod = deployment(
    { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 's', key: 'user' } } }] },
    {
      volumes: [
        { name: 'v', secret: { secretName: 's', items: [{ key: 'password', path: 'p' }] } },
        {
          name: 'w',
          projected: { sources: [{ secret: { name: 's', items: [{ key: 'token', path: 't' }] } }] },
        },
        { name: 'x', secret: { secretName: 'another', items: [{ key: 'foreign', path: 'p' }] } },
      ],
    },
  );
  const data = secretsOf(
    pod,
    external('s', { dataFrom: [{ extract: { key: 'db' } }], data: [one('user', 'own')] }),
  );
  expect(Object.keys(data.get('shop/s') ?? {})).toEqual(['password', 'token', 'user']);
  const own = secretsOf(external('t', { data: [one('user', 'own')] }));
  expect(data.get('shop/s')?.user).toBe(own.get('shop/t')?.user);
});

test('a generated password has the length of its generator', () => {
  const generatorRef = { kind: 'Password', name: 'long' };
  const spec = { dataFrom: [{ sourceRef: { generatorRef } }] };
  const generator = object('Password', 'long', { spec: { length: 42 } });
  expect(secretsOf(generator, external('s', spec)).get('shop/s')?.password).toMatch(/^[0-9a-f]{42}$/);
  expect(secretsOf(object('Password', 'long', {}), external('t', spec)).get('shop/t')?.password).toHaveLength(
    24,
  );
});

test('a template replaces what was fetched, or is merged with it', () => {
  const template = { data: { url: 'http://{{ .user }}:{{.password | toString}}@db' } };
  const data = [one('user', 'u'), one('password', 'p')];
  const replaced = secretsOf(external('s', { data, target: { template } })).get('shop/s');
  const merged = secretsOf(
    external('s', { data, target: { template: { ...template, mergePolicy: 'Merge' } } }),
  ).get('shop/s');
  expect(merged).toEqual({
    user: merged?.user,
    password: merged?.password,
    url: `http://${merged?.user}:${merged?.password}@db`,
  });
  expect(replaced).toEqual({ url: merged?.url });
});

test.each([
  [{ dataFrom: [{ find: { name: {} } }] }, 'dataFrom with find is not understood here'],
  [
    { dataFrom: [{ extract: { key: 'a' }, rewrite: [] }] },
    'dataFrom with extract, rewrite is not understood here',
  ],
  [
    { dataFrom: [{ sourceRef: { generatorRef: { kind: 'UUID', name: 'x' } } }] },
    'generators of kind UUID are not understood here',
  ],
  [
    { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'x' } } }] },
    'nobody makes the generator Password x',
  ],
  [{ target: { template: { templateFrom: [{}] } } }, 'templateFrom is not understood here'],
  [
    { target: { template: { data: { a: '{{ .x | b64enc }}' } } } },
    "the template's {{ .x | b64enc }} is not understood here",
  ],
  [{ target: { template: { data: { a: '{{ .x }}' } } } }, 'the template names x, which is not fetched'],
])('what is not understood is said: %j', (spec, because) => {
  expect(reasonFor(external('s', spec))).toBe(because);
});

describe('the file', () => {
  const path = (): string => join(folder, 'secrets.json');
  const fill = (): void => {
    secretsOf(external('s', { data: [one('a', 'key')] }));
  };

  test('belongs to its owner alone, and nothing lies beside it', () => {
    fill();
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(path()).mode & 0o777).toString(8)).toBe('600');
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  test('is not written when nothing is new', () => {
    fill();
    const before = lstatSync(path(), { bigint: true });
    fill();
    expect(lstatSync(path(), { bigint: true }).ino).toBe(before.ino);
  });

  test.each([
    ['0644', 0o644],
    ['0620', 0o620],
  ])('is refused with mode %s', (text, mode) => {
    fill();
    chmodSync(path(), mode);
    expect(fill).toThrow(
      [
        `${path()}: mode = "${text}"`,
        '  rule:   nobody but its owner can read or write it',
        '  remedy: remove it, and secrets are made anew (stores that were kept know the old ones): others may have read it',
      ].join('\n'),
    );
  });

  test('is refused when it belongs to somebody else', () => {
    fill();
    const another = jest.spyOn(process, 'getuid').mockReturnValue(4242);
    try {
      expect(fill).toThrow('rule:   it belongs to the user who starts the cluster, who is 4242');
    } finally {
      another.mockRestore();
    }
  });

  test('is refused when it is a link', () => {
    fill();
    const elsewhere = join(folder, 'elsewhere.json');
    writeFileSync(elsewhere, readFileSync(path()), { mode: 0o600 });
    rmSync(path());
    symlinkSync(elsewhere, path());
    expect(fill).toThrow('rule:   it is a file that can be read, and no link');
  });

  test.each([
    ['{ "format": 1, "val', 'content = "no JSON"'],
    ['[]', 'content = "format undefined"'],
    ['{ "format": 2 }', 'content = "format 2"'],
    ['{ "format": 1, "values": { "a": 5 } }', 'content = "values of which a is no text"'],
    ['{ "format": 1, "values": { "a": "" } }', 'content = "values of which a is no text"'],
    [
      '{ "format": 1, "certificates": { "n/c": { "key": "x" } } }',
      'content = "certificates of which n/c is not whole"',
    ],
  ])('is refused when it is broken: %s', (content, found) => {
    fill();
    writeFileSync(path(), content);
    expect(fill).toThrow(`${path()}: ${found}\n  rule:   it is what an earlier start wrote`);
    // What cannot be read is not overwritten either.
    expect(readFileSync(path(), 'utf8')).toBe(content);
  });

  test('a folder that cannot be written is refused', () => {
    writeFileSync(folder, '');
    expect(() => {
      writeSecretsFile(folder, readSecretsFile('/nowhere'), { values: { a: 'b' }, certificates: {} });
    }).toThrow('remedy: give a folder that can be written');
  });
});
