/** The peers' packages, which are installed beside the project's own (`bench/peers`). Only what is used is described here. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const requirePeer = createRequire(join(__dirname, '..', 'peers', 'package.json'));

export function loadPeer(name: string): unknown {
  return requirePeer(name);
}
