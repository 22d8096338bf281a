/**
 * A file of readings in which each row has a number, its value; and what became of each row, read back through the API.
 */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

const GPUS = 100;
const METRICS = Array.from({ length: 10 }, (_, i) => `DCGM_FI_PROOF_${i}`);
const START_MS = Date.UTC(2026, 0, 1);
const STEP_MS = 1000;
const READ_LIMIT = 1_000_000;

interface Row {
  readonly metric: string;
  readonly uuid: string;
  readonly timeMs: number;
}

/** The row with a number: GPUs first, then metrics, then time, as an exporter is scraped. */
function rowOf(number: number): Row {
  const gpu = number % GPUS;
  const metric = METRICS[Math.floor(number / GPUS) % METRICS.length] ?? '';
  const step = Math.floor(number / GPUS / METRICS.length);
  const uuid = `GPU-00000000-0000-0000-0000-${String(gpu).padStart(12, '0')}`;
  return { metric, uuid, timeMs: START_MS + step * STEP_MS };
}

export async function writeNumberedRows(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  file.write(
    'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw\n',
  );
  for (let number = 0; number < rows; number += 1) {
    const { metric, uuid, timeMs } = rowOf(number);
    const cells = [
      ...[new Date(timeMs).toISOString(), metric, number % 8, `nvidia${number % 8}`, uuid],
      ...['NVIDIA H100 80GB HBM3', `host-${Math.floor((number % GPUS) / 8)}`, '', '', '', number],
      'driver=""535.129.03"",note=""a, b""',
    ];
    if (!file.write(`${cells.map((cell) => `"${cell}"`).join(',')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

export interface Ledger {
  readonly due: number;
  readonly stored: number;
  readonly missing: number;
  readonly duplicated: number;
  /** With a number that no row has, or with another row's device, metric or time. */
  readonly unexpected: number;
}

/** `wanted` tells which rows should be there; all others are unexpected. */
export async function readLedger(
  url: string,
  token: string,
  rows: number,
  wanted: (number: number) => boolean = () => true,
): Promise<Ledger & { readonly numbers: ReadonlySet<number> }> {
  const numbers = new Set<number>();
  let duplicated = 0;
  let unexpected = 0;
  for (const metric of METRICS) {
    for await (const { time, value, tags } of samples(url, token, metric, rows)) {
      const row = rowOf(value);
      const fits = row.metric === metric && row.uuid === tags.uuid && row.timeMs === Date.parse(time);
      if (!Number.isInteger(value) || value >= rows || !fits || !wanted(value)) unexpected += 1;
      else if (numbers.has(value)) duplicated += 1;
      else numbers.add(value);
    }
  }
  const due = Array.from({ length: rows }, (_, number) => number).filter(wanted).length;
  return { due, stored: numbers.size, missing: due - numbers.size, duplicated, unexpected, numbers };
}

interface Sample {
  readonly time: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

async function* samples(url: string, token: string, metric: string, rows: number): AsyncGenerator<Sample> {
  const seconds = Math.ceil(rows / GPUS / METRICS.length) + 1;
  const query = new URLSearchParams({
    metric,
    from: new Date(START_MS).toISOString(),
    to: new Date(START_MS + seconds * 1000).toISOString(),
    limit: String(READ_LIMIT),
    format: 'ndjson',
  });
  const answer = await fetch(`${url}/v1/samples?${query.toString()}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok || answer.body === null) throw new Error(`the API: ${answer.status} ${await answer.text()}`);
  let isWhole = false;
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body as never) })) {
    const row = JSON.parse(line) as Sample | { readonly end: { readonly more: boolean } };
    if ('end' in row) isWhole = !row.end.more;
    else yield row;
  }
  if (!isWhole) throw new Error(`the API's answer for ${metric} was cut off`);
}

export function printLedger(title: string, { due, stored, missing, duplicated, unexpected }: Ledger): void {
  process.stderr.write(
    `${title}: due ${due}, stored ${stored}, missing ${missing}, duplicated ${duplicated}, unexpected ${unexpected}\n`,
  );
}
