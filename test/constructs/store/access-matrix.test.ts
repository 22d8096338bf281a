import { External } from '../../../constructs/core/party';
import { SecretRef } from '../../../constructs/core/secrets';
import {
  accessMistakes,
  checkAccess,
  exporterReaders,
  grafanaRoles,
  vmauthUsers,
  type AccessMatrix,
  type GuardedDoors,
} from '../../../constructs/store/access-matrix';
import { formatProblem } from '../../../constructs/core/config-error';
import { problemsOf, testPlatform } from '../core/fixture';

const token = (name: string): SecretRef => SecretRef.named(name);

const MATRIX: AccessMatrix = {
  rows: {
    dev: { vminsert: 'write' },
    grafana: { vmselect: 'read', grafana: 'full' },
    ops: { vmselect: 'read', grafana: 'full', exporters: 'read' },
    developers: { grafana: 'view' },
  },
  holders: {
    dev: {
      kind: 'program',
      token: token('dev'),
      load: { eventsPerSecond: 300, bytesPerSecond: 3000 },
      maxConcurrentRequests: 10,
    },
    grafana: { kind: 'program', token: token('grafana') },
    ops: { kind: 'people', group: 'operations', token: token('ops') },
    developers: { kind: 'people', group: 'developers' },
  },
};

function doors(): GuardedDoors {
  const outside = new External(testPlatform(), 'outside', { description: '', cidrs: ['192.0.2.0/24'] });
  const at = { port: 80, access: 'read' } as const;
  return {
    vminsert: outside.listen({ ...at, name: 'i', protocol: 'prometheus-remote-write', signals: ['metrics'] }),
    vmselect: outside.listen({ ...at, name: 's', protocol: 'prometheus-query', signals: ['queries'] }),
    exporters: [outside.listen({ ...at, name: 'e', protocol: 'prometheus-scrape', signals: ['metrics'] })],
  };
}

it('makes a user of whoever has a right behind vmauth, and of nobody else', () => {
  const behind = doors();
  expect(vmauthUsers(MATRIX, behind)).toEqual({
    dev: {
      token: token('dev'),
      writes: behind.vminsert,
      load: { eventsPerSecond: 300, bytesPerSecond: 3000 },
      maxConcurrentRequests: 10,
    },
    grafana: { token: token('grafana'), reads: behind.vmselect },
    ops: { token: token('ops'), reads: behind.vmselect, exporters: behind.exporters },
  });
});

it('makes roles of groups of people, never of programs', () => {
  expect(grafanaRoles(MATRIX)).toEqual({ admin: ['operations'], viewer: ['developers'] });
  expect(exporterReaders(MATRIX)).toEqual(['operations']);
});

describe('mistakes', () => {
  const said = (change: Partial<AccessMatrix>): string =>
    accessMistakes({
      rows: { ...MATRIX.rows, ...change.rows },
      holders: { ...MATRIX.holders, ...change.holders },
    })
      .map((problem) => formatProblem({ path: 'hub/access', ...problem }))
      .join('\n');

  it('there are none', () => {
    expect(said({})).toBe('');
  });

  it('reports a cell that nobody stands behind', () => {
    expect(said({ rows: { staging: { vminsert: 'write' } } })).toBe(
      [
        'hub/access: holders.staging = null',
        '  rule:   nobody stands behind the row staging: vminsert write',
        '  remedy: name the token of the program or the group of the people, or leave the row out',
      ].join('\n'),
    );
  });

  it('reports a holder without a row, or with an empty one', () => {
    const holder = { kind: 'people', group: 'guests' } as const;
    expect(said({ holders: { guests: holder } })).toBe(
      [
        'hub/access: rows.guests = null',
        '  rule:   guests stands among the holders and has no right at any door',
        '  remedy: give a right in at least one column, or leave the holder out',
      ].join('\n'),
    );
    expect(said({ rows: { guests: {} }, holders: { guests: holder } })).toContain('rows.guests = {}');
  });

  it('reports a column and a right that there are not', () => {
    const row = { kibana: 'read', vmselect: 'write' } as unknown as AccessMatrix['rows'][string];
    expect(said({ rows: { dev: row } })).toBe(
      [
        'hub/access: rows.dev.kibana = "read"',
        '  rule:   the columns are vminsert, vmselect, grafana, exporters',
        '  remedy: correct the cell, or leave it out',
        'hub/access: rows.dev.vmselect = "write"',
        '  rule:   in the column vmselect stands read, or nothing',
        '  remedy: correct the cell, or leave it out',
      ].join('\n'),
    );
  });

  it('reports people behind vmauth without a token, and a token that opens nothing', () => {
    expect(said({ rows: { developers: { vmselect: 'read' } } })).toBe(
      [
        'hub/access: holders.developers.token = null',
        '  rule:   who writes to vminsert, reads vmselect or reads exporters shows a token to vmauth',
        '  remedy: name the secret with the token, or leave these cells empty',
      ].join('\n'),
    );
    expect(
      said({ holders: { developers: { kind: 'people', group: 'developers', token: token('spare') } } }),
    ).toBe(
      [
        'hub/access: holders.developers.token = "spare"',
        '  rule:   the token opens nothing: no cell of the row is behind vmauth',
        '  remedy: leave the token out, or give a right at vminsert, vmselect or the exporters',
      ].join('\n'),
    );
  });

  it('reports a program with the rights of people', () => {
    expect(said({ rows: { dev: { vminsert: 'write', exporters: 'read' } } })).toBe(
      [
        'hub/access: holders.dev.kind = "program"',
        '  rule:   people look at Grafana and at exporters, by their group; a program has no group',
        '  remedy: make the holder people with a group, or leave these cells empty',
      ].join('\n'),
    );
  });

  it('reports a group that two rows share, at the platform', () => {
    const platform = testPlatform();
    checkAccess(platform, {
      rows: { ...MATRIX.rows, guests: { grafana: 'view' } },
      holders: { ...MATRIX.holders, guests: { kind: 'people', group: 'operations' } },
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/access: holders.guests.group = "operations"',
        "  rule:   the group says who somebody is, and it is ops's already",
        '  remedy: put both rights into one row, or name another group',
      ].join('\n'),
    );
  });
});
