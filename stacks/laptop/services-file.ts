/** Addresses and keys of the running services, for a shell: `. services.env`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { urlOf, type ServiceDefinition } from './service-definition';
import type { StateFolder } from './state-folder';

/** Gives its path. None of the values needs quoting: addresses, and keys of letters, digits, hyphens and underscores. */
export function writeServicesFile(state: StateFolder, definitions: readonly ServiceDefinition[]): string {
  const lines = definitions.map((definition) => `${definition.name.toUpperCase()}_URL=${urlOf(definition)}`);
  lines.push(`SERVICE_TOKEN=${state.serviceToken}`);
  // Whoever has put the API's first key away has one of his own.
  if (existsSync(state.adminKeyFile))
    lines.push(`API_KEY=${readFileSync(state.adminKeyFile, 'utf8').trim()}`);
  const path = join(state.path, 'services.env');
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}
