/**
 * Writes numbered batches to the embedded store until it is killed, and prints each number once the store has the batch.
 * Run by embedded-store.test.ts: `node -r ts-node/register embedded-writer-process.ts <folder>`.
 */
import { openEmbeddedWriter } from '../../../../apps/shared/store/embedded/embedded-writer';
import { gpuReading } from './suite/readings';

export const READINGS_A_BATCH = 300;

async function main(folder: string): Promise<void> {
  const writer = await openEmbeddedWriter({ folder });
  for (let batch = 0; ; batch += 1) {
    const readings = Array.from({ length: READINGS_A_BATCH }, (_, i) => gpuReading(i, batch, batch));
    await writer.write(readings);
    process.stdout.write(`${batch}\n`);
  }
}

const [, script = '', folder] = process.argv;
if (script === __filename && folder !== undefined) void main(folder);
