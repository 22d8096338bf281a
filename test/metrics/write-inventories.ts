/** A list → its file, in the format that prettier gives it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Inventory } from './inventory';

export async function writeInventory(folder: string, inventory: Inventory): Promise<void> {
  const path = join(folder, `${inventory.program}.json`);
  writeFileSync(path, await format(compact(inventory), { parser: 'json', printWidth: 110 }));
}

/** Prettier keeps an object on one line when it is written so, and fits. */
function compact(inventory: Inventory): string {
  const { metrics, ...head } = inventory;
  const lines = Object.entries(metrics).map(
    ([name, metric]) => `${JSON.stringify(name)}: ${JSON.stringify(metric)}`,
  );
  return `{\n${JSON.stringify(head).slice(1, -1)},\n"metrics": {\n${lines.join(',\n')}\n}}`;
}
