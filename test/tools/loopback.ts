/** What `hyperion local` needs of this folder: the image table, and its programs built before they are started. */
import type { LocalSupport } from '../../stacks/local/support';
import { tool } from './obtain';
import { programs, toolsOf } from './programs';

export const loopback: LocalSupport = {
  programs,
  async prepare(images, step) {
    const names = [...new Set(images.flatMap((image) => toolsOf(image)))].sort();
    for (const name of names) {
      step(name);
      await tool(name);
    }
  },
  async sandbox() {
    return { bwrap: await tool('sandbox', 'bin/bwrap'), nft: await tool('sandbox', 'bin/nft') };
  },
};
