/**
 * ClickHouse's own engine takes the files that are mounted and refuses broken ones; the shell runs the script of the
 * schema's Job. Not judged by any program, for there is none to be had: Keeper's configuration, and of the server's the
 * sections that the embedded engine does not read (ports, metrics, Keeper).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clickHouseSystem, KEEPER } from '../constructs/store/clickhouse-fixture';
import { configText } from '../constructs/store/log-and-trace-fixture';
import { judgeClickHouseFile } from './clickhouse/judge';
import { readDocument, toXml } from './clickhouse/server-files';

describe('the mounted files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hyperion-clickhouse-files-'));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const replicated = clickHouseSystem({ keeper: KEEPER }).clickHouse;
  const judge = (name: string, change: (text: string) => string = (text) => text) => {
    const path = join(directory, name);
    writeFileSync(path, change(configText(replicated, name)));
    return judgeClickHouseFile(path);
  };

  it.each(['config.yaml', 'users.yaml', 'schema.sql'])('%s as mounted is accepted', (name) => {
    expect(judge(name)).toEqual({ accepted: true, said: '' });
  });

  it.each([
    ['users.yaml', 'max_rows_to_read: 1', 'max_rows_to_reed: 1', "Unknown setting 'max_rows_to_reed'"],
    ['users.yaml', 'GRANT SELECT ON', 'GRANT SELEKT ON', 'Failed to parse grant query'],
    ['users.yaml', 'profile: reader', 'profile: readers', 'Profile readers was not found'],
    ['config.yaml', 'ratio: 0.8', 'ratio: most', 'Cannot read floating point value'],
    ['schema.sql', 'ORDER BY (TraceId, Start)', 'ORDER BY (TraceId, Begin)', "Missing columns: 'Begin'"],
    ['schema.sql', 'FROM `otel`.`touched_minutes`', 'FROM `otel`.`minutes`', 'Unknown table'],
  ])('%s: %s → %s is refused', (name, from, to, message) => {
    const { accepted, said } = judge(name, (text) => text.replace(from, to));
    expect([accepted, said]).toEqual([false, expect.stringContaining(message)]);
  });

  it('a variable that the pod does not set is named', () => {
    expect(() => toXml(readDocument(configText(replicated, 'users.yaml')), () => undefined)).toThrow(
      'password: WRITER_PASSWORD is not set in the pod',
    );
  });
});

describe('the script of the schema’s Job (with a stand-in for clickhouse-client, which is not to be had)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hyperion-clickhouse-job-'));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  /** Answers from its `answersAt`th call on, and notes how it was called. */
  function run(answersAt: number): { status: number | null; stderr: string; calls: string[] } {
    const calls = join(directory, 'calls');
    const program = (name: string, lines: string[]): void => {
      writeFileSync(join(directory, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    };
    writeFileSync(calls, '');
    program('clickhouse-client', [`echo "$@" >> '${calls}'`, `[ "$(wc -l < '${calls}')" -ge ${answersAt} ]`]);
    program('sleep', [`echo "sleep $1" >> '${calls}.sleep'`]);
    writeFileSync(join(directory, 'apply.sh'), configText(clickHouseSystem().clickHouse, 'apply.sh'));
    const { status, stderr } = spawnSync('/bin/sh', [join(directory, 'apply.sh')], {
      encoding: 'utf8',
      env: {
        PATH: `${directory}:${process.env.PATH ?? ''}`,
        CLICKHOUSE_SERVER: 'server.example.com',
        CLICKHOUSE_PORT: '9000',
        CLICKHOUSE_LOGIN: 'schema',
      },
    });
    return { status, stderr, calls: readFileSync(calls, 'utf8').trim().split('\n') };
  }

  const LOGIN = '--host server.example.com --port 9000 --user schema';

  it('asks until the server answers, then runs the file', () => {
    const { status, calls } = run(3);
    expect(status).toBe(0);
    expect(calls).toEqual([
      `${LOGIN} --query SELECT 1`,
      `${LOGIN} --query SELECT 1`,
      `${LOGIN} --query SELECT 1`,
      `${LOGIN} --queries-file /etc/hyperion/clickhouse-schema/schema.sql`,
    ]);
  });

  it('gives up after five minutes, with a message', () => {
    const { status, stderr, calls } = run(1000);
    expect([status, calls.length, stderr]).toEqual([
      1,
      60,
      'no answer from server.example.com after 60 attempts\n',
    ]);
  });
});
