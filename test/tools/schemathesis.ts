/** Schemathesis: asks a service everything that its OpenAPI document allows, and more. Beside it, a judge of the document itself. */
import { pythonPrograms } from './python-package';
import type { Requirement } from './requirement';
import type { Tool } from './tool';

const VERSION = '4.32.5';

/** What pip chose for schemathesis 4.32.5 and openapi-spec-validator 0.9.0. */
const PACKAGES = [
  'annotated-types==0.8.0',
  'anyio==4.16.0',
  'attrs==26.1.0',
  'certifi==2026.10.18',
  'charset-normalizer==3.5.2',
  'click==8.5.1',
  'graphql-core==3.3.2',
  'harfile==0.6.0',
  'hypothesis==6.170.15',
  'hypothesis-graphql==0.13.5',
  'idna==3.20',
  'iniconfig==2.3.1',
  'jsonschema==4.26.0',
  'jsonschema-path==0.5.0',
  'jsonschema-specifications==2025.9.1',
  'jsonschema_rs==0.60.3',
  'lazy-object-proxy==1.13.0',
  'markdown-it-py==4.3.0',
  'MarkupSafe==3.0.4',
  'mdurl==0.1.2',
  'openapi-schema-validator==0.9.0',
  'openapi-spec-validator==0.9.0',
  'packaging==26.3',
  'pathable==0.6.0',
  'pluggy==1.7.0',
  'pydantic==2.14.3',
  'pydantic-settings==2.16.3',
  'pydantic_core==2.50.4',
  'Pygments==2.21.0',
  'pyrate-limiter==4.5.1',
  'pytest==9.2.0',
  'python-dotenv==1.2.4',
  'PyYAML==6.0.3',
  'referencing==0.37.0',
  'requests==2.34.2',
  'rfc3339-validator==0.1.4',
  'rich==15.0.0',
  'rpds-py==2026.9.1',
  'schemathesis==4.32.5',
  'six==1.17.0',
  'sortedcontainers==2.4.0',
  'typing-inspection==0.4.5',
  'typing_extensions==4.16.0',
  'urllib3==2.8.0',
  'Werkzeug==3.1.9',
];

const PYTHON: Requirement = {
  label: 'Python with venv',
  probe: ['python3', '--version'],
  versionPattern: /Python (\d+(?:\.\d+)*)/,
  // What Schemathesis asks for.
  atLeast: '3.10',
  hint: 'Debian packages python3 and python3-venv',
};

export const schemathesis = {
  name: 'schemathesis',
  version: VERSION,
  purpose: 'asks the services what their OpenAPI documents allow, and judges the answers',
  requires: [PYTHON],
  recipe: pythonPrograms({
    packages: PACKAGES,
    programs: {
      schemathesis: ['schemathesis.cli', 'schemathesis'],
      'openapi-spec-validator': ['openapi_spec_validator.__main__', 'main'],
    },
  }),
  outputs: ['bin/schemathesis', 'bin/openapi-spec-validator'],
  main: 'bin/schemathesis',
  checks: [{ run: ['bin/schemathesis', '--version'], prints: VERSION }],
} as const satisfies Tool;
