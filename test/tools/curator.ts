/** Curator, which rolls over and deletes indices of Elasticsearch. */
import { CATALOG } from '../../constructs/core/catalog';
import { pythonPrograms } from './python-package';
import type { Tool } from './tool';

const { version } = CATALOG.curator;

/** What pip chose for elasticsearch-curator 9.0.0. */
const PACKAGES = [
  'certifi==2026.10.18',
  'cffi==2.1.1',
  'click==8.3.0',
  'cryptography==50.0.2',
  'dotmap==1.3.30',
  'ecs-logging==2.2.0',
  'elastic-transport==9.4.2',
  `elasticsearch-curator==${version}`,
  'elasticsearch9==9.1.1',
  'es_client==9.0.1',
  'pycparser==3.12',
  'python-dateutil==4.0.0',
  'PyYAML==6.0.2',
  'six==1.17.0',
  'sniffio==1.3.1',
  'tiered-debug==1.5.1',
  'typing_extensions==4.16.0',
  'tzdata==2026.6',
  'urllib3==2.8.0',
  'voluptuous==0.16.0',
];

export const curator = {
  name: 'curator',
  version,
  purpose: 'reads its own action files, and does what they say',
  requires: [
    {
      label: 'Python with venv',
      probe: ['python3', '--version'],
      versionPattern: /Python (\d+(?:\.\d+)*)/,
      // What Curator 9 asks for.
      atLeast: '3.10',
      hint: 'Debian packages python3 and python3-venv',
    },
  ],
  recipe: pythonPrograms({ packages: PACKAGES, programs: { curator: ['curator.cli', 'cli'] } }),
  outputs: ['bin/curator'],
  main: 'bin/curator',
  checks: [{ run: ['bin/curator', '--version'], prints: version }],
} as const satisfies Tool;
