/** Azurite: Microsoft's own emulator of Azure's storage, under what writes to Blob. */
import { npmPrograms } from './npm-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.37.0';

export const azurite = {
  name: 'azurite',
  version: VERSION,
  purpose: 'the object store of environments on Azure',
  requires: [needs.node('20')],
  recipe: npmPrograms({
    package: 'azurite',
    version: VERSION,
    programs: { 'azurite-blob': 'dist/src/blob/main.js' },

    asOf: '2026-09-30',
  }),
  outputs: ['bin/azurite-blob'],
  main: 'bin/azurite-blob',
  checks: [{ run: ['bin/azurite-blob', '--version'], prints: VERSION }],
} as const satisfies Tool;
