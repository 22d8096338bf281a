/** The streamer: CSV to rows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Contender } from './load/contender';
import { measureRows, type LazyRow } from './lazy-row';
import type { Row } from './row';
import { BUILD } from './servers/service';

const ROWS = 50_000;
const GPUS = 250;
const NOTE = `a file like a DCGM exporter's: 12 columns, every cell quoted, commas and doubled quotes in the last, ASCII; 64 KiB at a time, from memory`;

export async function* streamerRows(): AsyncGenerator<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-bench-csv-'));
  const path = join(folder, 'export.csv');
  try {
    writeFileSync(path, dcgmExport());
    yield* measureRows(rows(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rows(path: string): LazyRow[] {
  const target = { path };
  const a: Contender = { program: 'streamer’s parser', workload: 'csv', target: { ...target, build: BUILD } };
  const common = { items: 'rows', a, withLatency: false };
  return [
    {
      head: { id: 'streamer-csv-parse', title: 'CSV to rows of texts ÷ csv-parse', goal: { atLeast: 3 } },
      rest: () => ({
        ...common,
        b: { program: 'csv-parse 7 (stream)', workload: 'csv-csv-parse', target },
        note: `${NOTE}.`,
      }),
    },
    {
      head: { id: 'streamer-udsv', title: 'CSV to rows of texts ÷ udsv', goal: { atLeast: 0.7 } },
      rest: () => ({
        ...common,
        b: { program: 'udsv 0.7 (chunks)', workload: 'csv-udsv', target },
        note: `${NOTE}; udsv gives no line numbers or byte offsets, and does not notice broken rows or bytes that are no UTF-8.`,
      }),
    },
  ];
}

function dcgmExport(): string {
  const head =
    'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw';
  const lines = Array.from({ length: ROWS }, (_, number) => {
    const gpu = number % GPUS;
    const uuid = `GPU-00000000-0000-0000-0000-${String(gpu).padStart(12, '0')}`;
    const device = `nvidia${gpu % 8}`;
    const host = `gpu-node-${Math.floor(gpu / 8)}.example.com`;
    const labels =
      `DCGM_FI_DRIVER_VERSION="550.90.07",Hostname="${host}",UUID="${uuid}",device="${device}",gpu="${gpu % 8}",` +
      'instance="10.0.0.1:9400",job="dcgm-exporter",modelName="NVIDIA H100 80GB HBM3"';
    const time = new Date(1_764_000_000_000 + number * 10).toISOString();
    const value = String((number * 7) % 101);
    return [
      ...[time, 'DCGM_FI_DEV_GPU_UTIL', String(gpu % 8), device, uuid, 'NVIDIA H100 80GB HBM3', host],
      ...['', '', '', value, labels],
    ].map(quoted);
  });
  return `${[head, ...lines.map((cells) => cells.join(','))].join('\n')}\n`;
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
