/** Chromium: the console and Swagger UI in a real browser, steered by playwright-core. The machine's own; nothing is built. */
import type { Requirement } from './requirement';
import type { Tool } from './tool';

/** What playwright-core 1.65 steers; an older one lacks parts of its protocol. */
const VERSION = '120';

const installed: Requirement = {
  label: 'Chromium',
  probe: ['chromium', '--version'],
  versionPattern: /Chromium (\d+(?:\.\d+)*)/,
  atLeast: VERSION,
  hint: 'Debian package chromium, installed by root',
};

export const chromium = {
  name: 'chromium',
  version: VERSION,
  purpose: 'shows the console and Swagger UI',
  requires: [],
  runsWith: [installed],
  recipe: {
    kind: 'link to a program of the machine',
    revision: 1,
    inputs: { program: 'chromium' },
    run: async (build) => {
      await build.run({
        program: 'sh',
        args: ['-c', 'mkdir -p "$0/bin" && ln -s "$(command -v chromium)" "$0/bin/chromium"', build.outDir],
        cwd: build.workDir,
      });
    },
  },
  outputs: ['bin/chromium'],
  main: 'bin/chromium',
  checks: [{ run: ['bin/chromium', '--version'], prints: 'Chromium' }],
} as const satisfies Tool;
