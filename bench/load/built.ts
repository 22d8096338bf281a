/** The project's own modules, compiled: what is measured must not carry a compiler. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

export function loadBuilt(build: string, path: string): unknown {
  return createRequire(__filename)(join(build, path));
}
