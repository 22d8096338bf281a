/** Moto: AWS's services as a server on loopback, as far as Moto has them; and AWS's own client, which knows what each call takes. */
import { pythonPrograms } from './python-package';
import type { Tool } from './tool';

const VERSION = '5.2.5';

/** What pip chose for moto 5.2.5 with flask and flask-cors, which its server needs. */
const PACKAGES = [
  'blinker==1.9.0',
  'boto3==1.44.5',
  'botocore==1.44.5',
  'certifi==2026.10.18',
  'cffi==2.1.1',
  'charset-normalizer==3.5.2',
  'click==8.5.1',
  'cryptography==50.0.2',
  'Flask==3.1.3',
  'flask-cors==6.0.5',
  'idna==3.20',
  'itsdangerous==2.2.0',
  'Jinja2==3.1.6',
  'jmespath==1.1.0',
  'MarkupSafe==3.0.4',
  `moto==${VERSION}`,
  'pycparser==3.12',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.3',
  'requests==2.34.2',
  'responses==0.26.3',
  's3transfer==0.19.3',
  'six==1.17.0',
  'urllib3==2.8.0',
  'Werkzeug==3.1.9',
  'xmltodict==1.0.4',
];

export const moto = {
  name: 'moto',
  version: VERSION,
  purpose: "answers as AWS would to what the cloud's layers ask for: policies, keys, buckets, networks",
  requires: [
    {
      label: 'Python with venv',
      probe: ['python3', '--version'],
      versionPattern: /Python (\d+(?:\.\d+)*)/,
      // What boto3 asks for.
      atLeast: '3.10',
      hint: 'Debian packages python3 and python3-venv',
    },
  ],
  recipe: pythonPrograms({ packages: PACKAGES, programs: { 'moto-server': ['moto.server', 'main'] } }),
  outputs: ['bin/moto-server', 'venv/bin/python'],
  main: 'bin/moto-server',
  checks: [
    {
      run: ['venv/bin/python', '-c', 'from importlib.metadata import version; print(version("moto"))'],
      prints: VERSION,
    },
    { run: ['bin/moto-server', '--help'], prints: 'usage' },
  ],
} as const satisfies Tool;
