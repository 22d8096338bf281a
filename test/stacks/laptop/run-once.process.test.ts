/** The five services themselves, once: they take a second each to start. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runOnce } from '../../../stacks/laptop/run-once';
import { ROOT } from './laptop-fixture';

const LIMIT_MS = 180_000;
const parent = mkdtempSync(join(tmpdir(), 'hyperion-once-'));

afterAll(() => {
  rmSync(parent, { recursive: true });
});

test(
  'every row of the sample is stored, and nothing is left behind',
  async () => {
    const said: string[] = [];
    const stateFolder = join(parent, 'once');
    const { lines, agree } = await runOnce({
      root: ROOT,
      stateFolder,
      progress: () => undefined,
      report: (text) => said.push(text),
      signal: new AbortController().signal,
      // 60 sweeps of 4 GPUs with 10 metrics, but for a dropped exporter, which a smaller fleet has not.
      sample: { hours: 0.5, stepS: 30, hosts: 1, gpusPerHost: 4 },
    });
    expect(said).toEqual([]);
    expect(lines).toEqual([
      { what: 'rows read', count: 2400, verdict: 'ok' },
      { what: 'rows rejected', count: 0, verdict: 'ok' },
      { what: 'messages published', count: 2400, verdict: 'ok' },
      { what: 'messages acknowledged', count: 2400, verdict: 'ok' },
      { what: 'dead letters', count: 0, verdict: 'ok' },
      { what: 'readings stored', count: 2400, verdict: 'ok' },
    ]);
    expect(agree).toBe(true);
    expect(existsSync(stateFolder)).toBe(false);
  },
  LIMIT_MS,
);
