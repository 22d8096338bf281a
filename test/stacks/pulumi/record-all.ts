/**
 * Records every stack, as an update and as a preview, into the folder of its first argument: `<stack>.update.json`, …
 *
 * A process of its own, without jest: Pulumi makes a promise with a stack trace for every value, of which jest maps each frame;
 * the same runs take ten times as long there.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStack, sampleConfig, STACKS } from './stack-runs';

async function recordAll(folder: string): Promise<void> {
  for (const stack of STACKS) {
    for (const mode of ['update', 'preview'] as const) {
      const recording = await runStack(stack, sampleConfig(stack), { preview: mode === 'preview' });
      writeFileSync(join(folder, `${stack}.${mode}.json`), JSON.stringify(recording));
    }
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('say into which folder');
recordAll(folder).then(
  // Pulumi's runtime keeps the process alive.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
