/**
 * Which real program runs in place of each container image on the loopback cluster. One row an image; an image without a
 * row, or whose program is not to be had, is left out with the reason.
 */
import { join } from 'node:path';
import type { MissingProgram, Program, Programs } from '../../stacks/local/programs';
import { availability } from './obtain';
import type { ToolName } from './registry';

const ROOT = join(__dirname, '..', '..');
/** Where the programs lie in a container: a folder that no image has. */
const BIN = '/hyperion/bin';
const STAND_INS = '/hyperion/stand-ins';
/** Where the programs of ClickHouse’s stand-in lie, in a container as here. */
const CLICKHOUSE = join(__dirname, 'clickhouse-stand-in', 'bin');
/** What the images without a shell of their own run as. */
const NOBODY = 65_534;

interface Row {
  readonly tools: readonly ToolName[];
  /** Path in the container → path relative to the tool's folder. */
  readonly files: Readonly<Record<string, readonly [ToolName, string]>>;
  readonly entrypoint: readonly [string, ...string[]];
  /** Path in the container → path of this machine, for what no tool brings. */
  readonly ours?: Readonly<Record<string, string>>;
  /** @default nobody's */
  readonly user?: number;
  readonly standIn?: string;
}

type Rows = Readonly<Record<string, Row | MissingProgram>>;

const ROWS: Rows = {
  'otel/opentelemetry-collector-contrib': program('otelcol', 'otelcol', 10_001),
  'grafana/loki': program('loki', 'loki', 10_001),
  'grafana/loki-canary': program('loki', 'loki-canary', 10_001),
  'apache/kafka': {
    tools: ['kafka'],
    files: { '/opt/kafka': ['kafka', '.'] },
    entrypoint: ['/opt/kafka/bin/kafka-server-start.sh'],
    user: 1_000,
  },
  'prometheus/alertmanager': program('alertmanager', 'alertmanager'),
  'victoriametrics/vmagent': program('victoria-metrics', 'vmagent'),
  'victoriametrics/vmalert': program('victoria-metrics', 'vmalert'),
  'victoriametrics/vmauth': program('victoria-metrics', 'vmauth'),
  'victoriametrics/vmbackup': atRoot('vmbackup'),
  'victoriametrics/vmrestore': atRoot('vmrestore'),
  'victoriametrics/vmstorage': {
    tools: ['victoria-metrics'],
    files: { [`${BIN}/victoria-metrics`]: ['victoria-metrics', 'victoria-metrics'] },
    entrypoint: [`${STAND_INS}/vmstorage.sh`],
    standIn: 'VictoriaMetrics single node of the same version (vmstorage is in no registry)',
  },
  'victoriametrics/vminsert': gate('insert'),
  'victoriametrics/vmselect': gate('select'),
  'library/postgres': {
    tools: ['postgresql'],
    files: { '/hyperion/postgresql': ['postgresql', '.'] },
    entrypoint: [`${STAND_INS}/postgres.sh`],
    user: 999,
    standIn: 'PostgreSQL 15 of Debian (17 is in no registry)',
  },
  'clickhouse/clickhouse-server': {
    tools: [],
    files: {},
    entrypoint: [join(CLICKHOUSE, 'clickhouse-server')],
    user: 101,
    standIn: 'ClickHouse’s engine (chdb) behind the server’s protocols (the server is in no registry)',
  },
  'nginxinc/nginx-unprivileged': {
    tools: ['nginx'],
    files: { '/hyperion/nginx': ['nginx', '.'] },
    entrypoint: ['/hyperion/nginx/bin/nginx', '-g', 'daemon off;'],
    user: 101,
    standIn: 'nginx 1.22 of Debian',
  },
  'stand-in/blob-store': {
    tools: ['azurite'],
    files: { '/hyperion/azurite': ['azurite', '.'] },
    entrypoint: script(
      'stand-ins/blob-store.ts',
      '/hyperion/azurite/node_modules/azurite/dist/src/blob/main.js',
    ),
    standIn: 'Azurite, Microsoft’s emulator of Blob Storage',
  },
  'stand-in/entra': {
    tools: [],
    files: {},
    entrypoint: script('stand-ins/entra.ts'),
    standIn: 'a token endpoint of our own for Microsoft Entra ID',
  },
  'prometheus/prometheus': program('prometheus', 'prometheus'),
  'library/influxdb': {
    tools: ['influxdb'],
    files: { [`${BIN}/influxd`]: ['influxdb', 'influxd'] },
    entrypoint: [`${STAND_INS}/influxdb.sh`],
    user: 1_000,
    standIn: 'InfluxDB of the same version behind a script for its image’s first set-up',
  },
  'hyperion/telemetry-services': {
    tools: ['telemetry-services'],
    files: { '/srv/telemetry/apps': ['telemetry-services', 'apps'] },
    ours: { '/srv/telemetry/node_modules': join(ROOT, 'node_modules') },
    entrypoint: [`${BIN}/node`],
    user: 1_000,
  },
  'clickhouse/clickhouse-keeper': missing('ClickHouse Keeper is in no registry, nor is it in chdb'),
  'grafana/tempo': missing('Tempo is in no registry'),
  'grafana/grafana': missing('Grafana is in no registry'),
  'danielqsj/kafka-exporter': missing('kafka_exporter is in no registry'),
  'aquasecurity/trivy': missing('Trivy looks at images, and there are none here'),
  'nginx/nginx-ingress': missing('the ingress controller follows a Kubernetes API, and there is none here'),
};

export const programs: Programs = {
  find(image) {
    const row = Object.entries(ROWS).find(([name]) => repositoryOf(image).endsWith(name))?.[1];
    if (row === undefined) return missing(`test/tools/programs.ts has no row for ${image}`);
    if ('found' in row) return row;
    const reasons = row.tools
      .map((name) => availability(name))
      .flatMap((tool) => (tool.available ? [] : [tool.reason]));
    return reasons.length > 0 ? missing(reasons.join('; ')) : found(row);
  },
};

/** The tools that stand behind an image, to be built before it is started. */
export function toolsOf(image: string): readonly ToolName[] {
  const row = Object.entries(ROWS).find(([name]) => repositoryOf(image).endsWith(name))?.[1];
  return row === undefined || 'found' in row ? [] : row.tools;
}

function found({ files, ours = {}, entrypoint, user = NOBODY, standIn }: Row): Program {
  const ofTools = Object.entries(files).map(([path, [name, file]]) => [path, join(folderOf(name), file)]);
  return {
    found: true,
    entrypoint,
    files: {
      ...(Object.fromEntries(ofTools) as Record<string, string>),
      ...ours,
      [STAND_INS]: join(__dirname, 'stand-ins'),
      [ROOT]: ROOT,
      [`${BIN}/node`]: process.execPath,
    },
    user,
    env: {
      // How our own stand-ins are read, wherever they are started.
      TS_NODE_PROJECT: join(ROOT, 'tsconfig.json'),

      PATH: [
        BIN,
        STAND_INS,
        CLICKHOUSE,
        '/hyperion/postgresql/bin',
        '/hyperion/nginx/bin',
        '/usr/local/bin',
        '/usr/bin',
        '/bin',
      ].join(':'),
    },
    standIn,
  };
}

function folderOf(name: ToolName): string {
  const tool = availability(name);
  if (!tool.available) throw new Error(tool.reason);
  return tool.folder;
}

function program(tool: ToolName, file: string, user?: number): Row {
  return {
    tools: [tool],
    files: { [`${BIN}/${file}`]: [tool, file] },
    entrypoint: [`${BIN}/${file}`],
    ...(user === undefined ? {} : { user }),
  };
}

/** VictoriaMetrics' own images have the program at the root, with a suffix. */
function atRoot(file: string): Row {
  return {
    tools: ['victoria-metrics'],
    files: { [`/${file}-prod`]: ['victoria-metrics', file] },
    entrypoint: [`/${file}-prod`],
  };
}

function gate(kind: 'insert' | 'select'): Row {
  return {
    tools: ['victoria-metrics'],
    files: { [`${BIN}/vmauth`]: ['victoria-metrics', 'vmauth'] },
    entrypoint: [`${STAND_INS}/vm-gate.sh`, kind],
    standIn: `vmauth of the same version, which hands vm${kind}’s paths on (vm${kind} is in no registry)`,
  };
}

/** A TypeScript file of this folder, run by this machine's Node. */
function script(file: string, ...args: readonly string[]): [string, ...string[]] {
  const register = join(ROOT, 'node_modules', 'ts-node', 'register');
  return [`${BIN}/node`, '-r', register, join(__dirname, file), ...args];
}

function missing(because: string): MissingProgram {
  return { found: false, because };
}

/** Without registry, tag and digest. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
