/**
 * Which program judges which configuration file, and how. Every file under every environment's `config/` has exactly
 * one row; a file without one fails the build. Where the pinned version cannot be had here, the row says what judges
 * instead, and so does the name of the test.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tool } from '../tools/obtain';
import type { ToolName } from '../tools/registry';
import { judgeClickHouseFile } from './clickhouse/judge';

export interface Verdict {
  readonly accepted: boolean;
  /** What the program printed. */
  readonly said: string;
}

/** A mistake that a person could make in the file, and what the program says of it. */
export interface Mistake {
  readonly what: string;
  readonly spoil: (text: string) => string;
  readonly says: RegExp;
}

export interface Validator {
  /** `<component>/<file>`, with `*` for any run of characters but a slash. */
  readonly files: string;
  /** The program's name, and where it is not the pinned one, what it stands in for. */
  readonly program: string;
  readonly tools: readonly ToolName[];
  readonly judge: (path: string) => Promise<Verdict>;
  readonly mistake: Mistake;
}

/** A file that no program judges yet: why, and what holds it right meanwhile. */
export interface Unjudged {
  readonly files: string;
  readonly because: string;
}

/** A value for each variable that the file reads; that its pod sets them all is `properties/config-variables.test.ts`. */
function collectorEnvironment(path: string): Record<string, string> {
  const names = [...readFileSync(path, 'utf8').matchAll(/\$\{env:([A-Z0-9_]+)\}/g)].map(
    ([, name]) => name ?? '',
  );
  return Object.fromEntries(names.map((name) => [name, name === 'POD_IP' ? '127.0.0.1' : 'stand-in']));
}

export const VALIDATORS: readonly Validator[] = [
  {
    files: 'otel-*/config.yaml',
    program: 'OpenTelemetry Collector 0.158: otelcol validate',
    tools: ['otelcol'],
    judge: async (path) =>
      run(await tool('otelcol'), ['validate', `--config=${path}`], collectorEnvironment(path)),
    mistake: {
      what: 'a misspelt key',
      spoil: (text) =>
        text
          .replace('memory_limiter:', 'memory_limiter:\n    chek_interval: 1s\n    _:')
          .replace('\n    _:', ''),
      says: /has invalid keys: chek_interval/,
    },
  },
  {
    files: 'loki/config.yaml',
    program: 'Loki 3.7: loki -verify-config',
    tools: ['loki'],
    judge: async (path) => run(await tool('loki'), ['-verify-config', `-config.file=${path}`]),
    mistake: {
      what: 'a key that Loki 3 no longer knows',
      spoil: (text) => text.replace('compactor:', 'compactor:\n  shared_store: azure'),
      says: /field shared_store not found/,
    },
  },
  {
    files: 'vmagent/scrape.yml',
    program: "Prometheus 3.15's promtool check config, standing in for vmagent 1.150",
    tools: ['prometheus'],
    judge: async (path) =>
      run(await tool('prometheus', 'promtool'), ['check', 'config', '--syntax-only', path]),
    mistake: {
      what: 'a relabelling action that does not exist',
      spoil: (text) => text.replace('action: keep', 'action: kept'),
      says: /unknown relabel action "kept"/,
    },
  },
  {
    files: 'vmalert/rules.yml',
    program: "Prometheus 3.15's promtool check rules, standing in for vmalert 1.150",
    tools: ['prometheus'],
    judge: async (path) => run(await tool('prometheus', 'promtool'), ['check', 'rules', path]),
    mistake: {
      what: 'a bracket that is not closed',
      spoil: (text) => text.replace(/expr: (.*)\)/, 'expr: $1'),
      says: /could not parse expression/,
    },
  },
  {
    files: 'alertmanager/alertmanager.yml',
    program: 'Alertmanager 0.34: amtool check-config',
    tools: ['amtool'],
    judge: async (path) => run(await tool('amtool'), ['check-config', path]),
    mistake: {
      what: 'a route to a receiver that is not there',
      spoil: (text) => text.replace(/receiver: .*/, 'receiver: nobody'),
      says: /undefined receiver "nobody" used in route/,
    },
  },
  clickHouse(
    'users.yaml',
    'a setting that does not exist',
    'max_rows_to_read:',
    'max_rows_to_reed:',
    /Unknown setting 'max_rows_to_reed'/,
  ),
  clickHouse(
    'config.yaml',
    'a word for a number',
    'ratio: 0.8',
    'ratio: most',
    /Cannot read floating point value/,
  ),
  clickHouse(
    'schema.sql',
    'a column that does not exist',
    'ORDER BY (TraceId, Start)',
    'ORDER BY (TraceId, Begin)',
    /Missing columns: 'Begin'/,
  ),
  {
    files: '*/*.sh',
    program: 'bash -n',
    tools: [],
    judge: (path) => Promise.resolve(run('bash', ['-n', path])),
    mistake: {
      what: 'a loop that does not end',
      spoil: (text) => `${text}while true; do\n`,
      says: /unexpected end of file/,
    },
  },
];

export const UNJUDGED: readonly Unjudged[] = [
  {
    files: 'clickhouse/keeper.yaml',
    because: 'ClickHouse Keeper is in no registry: its keys are typed, and literal in clickhouse.test.ts',
  },
  {
    files: 'kafka/server.properties',
    because: 'a real Kafka starts with it in kafka.test.ts, its hosts and paths put on loopback',
  },
  { files: 'kafka/admin.properties', because: 'the real tools of Kafka log in with it in kafka.test.ts' },
  { files: 'kafka/topics.txt', because: 'the real tools of Kafka make these topics in kafka.test.ts' },
  { files: 'kafka/acls.txt', because: 'the real tools of Kafka set these rules in kafka.test.ts' },
  { files: 'kafka/log4j2.yaml', because: 'a real Kafka logs by it in kafka.test.ts' },
  {
    files: 'tempo/tempo.yaml',
    because: 'Tempo is in no registry: its keys are typed, and literal in tempo.test.ts',
  },
  {
    files: 'grafana/grafana.ini',
    because: 'Grafana is in no registry: its keys are literal in grafana.test.ts',
  },
  { files: 'grafana/*.yaml', because: 'Grafana is in no registry: its keys are literal in grafana.test.ts' },
  {
    files: 'grafana/layer-*.json',
    because: 'Grafana is in no registry: the shape is literal in grafana.test.ts',
  },
  {
    files: 'postgresql/*.conf',
    because: 'not run yet (issue "Real components"): literal in postgresql.test.ts',
  },
  {
    files: 'vmauth/auth.yml',
    because:
      "Debian's vmauth 1.79 knows neither bearer limits nor environment variables: literal in vmauth.test.ts",
  },
  {
    files: 'vmalert/notifier.yml',
    because: 'vmalert 1.150 is in no registry: one address, literal in vmalert.test.ts',
  },
  {
    files: 'loki-canary/nginx.conf',
    because: 'nginx is not among the tools yet (issue "Real components"): literal in loki-canary.test.ts',
  },
  { files: 'trivy/images.txt', because: 'a list of images, each judged by the policies on images' },
];

function clickHouse(file: string, what: string, right: string, wrong: string, says: RegExp): Validator {
  return {
    files: `clickhouse/${file}`,
    program: "ClickHouse's engine 26.7 in this process (chdb), standing in for the server 26.8",
    tools: [],
    judge: (path) => Promise.resolve(judgeClickHouseFile(path)),
    mistake: { what, spoil: (text) => text.replace(right, wrong), says },
  };
}

export function validatorFor(file: string): Validator | undefined {
  return VALIDATORS.find(({ files }) => matches(files, file));
}

export function unjudgedFor(file: string): Unjudged | undefined {
  return UNJUDGED.find(({ files }) => matches(files, file));
}

/** Rows that want the file: one, or the table is wrong. */
export function rowsFor(file: string): number {
  return [...VALIDATORS, ...UNJUDGED].filter(({ files }) => matches(files, file)).length;
}

function matches(pattern: string, file: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${source}$`).test(file);
}

/** A program that judges a file answers within seconds; one that hangs is a failure, not a wait. */
const LIMIT_MS = 60_000;

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Verdict {
  const last = args.at(-1) ?? '';
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: dirname(last.replace(/^[^/]*/, '')) || '/',
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  });
  if (error !== undefined) throw error;
  return { accepted: status === 0, said: `${stdout}${stderr}` };
}
