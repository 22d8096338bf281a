/** The broker's disk is full, truly: a file system of 4 MiB. What it accepted it keeps, and the source waits. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TelemetryStack } from './telemetry/telemetry-stack';
import { proof } from '../tools/proof';

const LIMIT_MS = 10 * 60_000;
const ROWS = 50_000;

/** A file system in memory that only this process sees; it ends with it. */
function onSmallDisk(folder: string): readonly string[] {
  const script = 'mount -t tmpfs -o size=4m,mode=700 none "$0" && exec "$@"';
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-ec', script, folder];
}

proof(['sandbox'], 'A full disk', () => {
  test(
    'the queue refuses, the streamer waits, and nothing is missing when there is room again',
    async () => {
      const data = mkdtempSync(join(tmpdir(), 'hyperion-small-disk-'));
      const stack = await TelemetryStack.prepare({
        rows: ROWS,
        environment: { broker: { BROKER_DATA_DIR: data, BROKER_SEGMENT_SIZE: '256KiB' } },
        wrap: { broker: onSmallDisk(data) },
      });
      try {
        await stack.start(['broker', 'proxy', 'api', 'streamer']);
        const refused = await stack.until('the streamer is told that there is no room', async () => {
          const [source] = await stack.sources();
          return source?.state === 'blocked' ? source : undefined;
        });
        expect(refused.reason).toContain('disk-full');
        const held = await stack.depth();
        expect(held).toBeGreaterThanOrEqual(refused.rowsPublished);
        expect(held).toBeLessThan(ROWS);

        await stack.start(['collector']);
        expect(await stack.untilRead()).toEqual({ read: ROWS, published: ROWS, rejected: 0 });
        await stack.untilConsumed();
        expect(await stack.ledger('disk full')).toMatchObject({
          due: ROWS,
          stored: ROWS,
          missing: 0,
          duplicated: 0,
          unexpected: 0,
        });
      } finally {
        await stack.close();
        rmSync(data, { recursive: true, force: true });
      }
    },
    LIMIT_MS,
  );
});
