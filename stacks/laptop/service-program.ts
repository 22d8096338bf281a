/** How the services are started: compiled where this file is compiled, else as tests run them. */
import { join } from 'node:path';

import type { ServiceName, ServiceProgram } from './service-definition';

const IS_COMPILED = __filename.endsWith('.js');

export function serviceProgram(root: string, name: ServiceName): ServiceProgram {
  const guard = ['-r', join(root, 'stacks', 'laptop', 'exit-with-parent.js')];
  const app = join('apps', name, 'server');
  return {
    program: process.execPath,
    args: IS_COMPILED
      ? [...guard, join(root, 'build', `${app}.js`)]
      : ['-r', 'ts-node/register', ...guard, join(root, `${app}.ts`)],
    cwd: root,
  };
}
