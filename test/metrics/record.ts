/**
 * `node -r ts-node/register test/metrics/record.ts [recording…]`: starts the real programs on the loopback, gives them
 * something to do, and writes what they expose into this folder.
 */
import { agentsRecording } from './recordings/agents';
import { alertmanagerRecording } from './recordings/alertmanager';
import { collectorRecording } from './recordings/collector';
import { haproxyRecording } from './recordings/haproxy';
import { hyperionRecording } from './recordings/hyperion';
import { kafkaRecording } from './recordings/kafka';
import type { Recorded, Recording } from './recordings/recording';
import { telemetryRecording } from './recordings/telemetry';
import { inventoriesOf } from './inventories-of';
import { inventoryOf } from './inventory';
import { writeInventory } from './write-inventories';

const RECORDINGS: readonly Recording[] = [
  hyperionRecording,
  collectorRecording,
  telemetryRecording,
  kafkaRecording,
  agentsRecording,
  haproxyRecording,
  alertmanagerRecording,
];

async function main(wanted: readonly string[]): Promise<void> {
  const chosen = RECORDINGS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const recorded: Recorded[] = [];
  for (const { name, record } of chosen) {
    process.stderr.write(`${name} …\n`);
    recorded.push(...(await record()));
  }
  // A single recording adds to what the others have found; all of them together begin anew.
  const kept = chosen.length === RECORDINGS.length ? [] : recorded.flatMap(earlierOf);
  for (const inventory of inventoriesOf([...recorded, ...kept])) {
    await writeInventory(__dirname, inventory);
    process.stdout.write(`${inventory.program}: ${Object.keys(inventory.metrics).length} metrics\n`);
  }
}

function earlierOf({ program, version }: Recorded): Recorded[] {
  const earlier = inventoryOf(program);
  return earlier?.source === 'recorded' && earlier.version === version ? [earlier] : [];
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
