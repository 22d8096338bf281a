/** The page of the five services: every environment variable, as the services themselves declare them. */
import { API_VARIABLES } from '../apps/api/config';
import { BROKER_VARIABLES } from '../apps/broker/config';
import { COLLECTOR_VARIABLES } from '../apps/collector/config';
import { PROXY_VARIABLES } from '../apps/proxy/config';
import { SERVICE_VARIABLES } from '../apps/shared/service-variables';
import type { Variables } from '../apps/shared/variables';
import { STREAMER_VARIABLES } from '../apps/streamer/config';
import { code, table } from './environment-page/markdown';

/** In the direction of the data. */
const SERVICES: Readonly<Record<string, Variables>> = {
  Streamer: STREAMER_VARIABLES,
  'Proxy (msg-queue-proxy)': PROXY_VARIABLES,
  'Broker (msg-queue)': BROKER_VARIABLES,
  Collector: COLLECTOR_VARIABLES,
  API: API_VARIABLES,
};

/** What a variable says of itself, see `apps/shared/variables.ts`. */
interface Described {
  readonly default?: string;
  readonly description?: string;
  readonly rule?: string;
}

export function servicesPage(): string {
  const common = Object.keys(SERVICE_VARIABLES);
  const sections = Object.entries(SERVICES).map(([title, variables]) => {
    const own = Object.fromEntries(Object.entries(variables).filter(([name]) => !common.includes(name)));
    return `## ${title}\n\n${variablesTable(own)}`;
  });
  return [
    '<!-- Written by `npm run docs`. -->',
    '# The variables of the five services',
    'A service reads its settings from the environment, once, at its start. Whatever is wrong is listed, all of it at once, and ' +
      'the exit code is 78. Under the names that stand here a Deployment sets them: a name that a service does not know does ' +
      'not compile.',
    `## All of them\n\n${variablesTable(SERVICE_VARIABLES)}`,
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}

function variablesTable(variables: Variables): string {
  return table(
    ['variable', 'default', 'what it is', 'value'],
    Object.entries(variables).map(([name, schema]) => {
      const { default: fallback, description = '', rule = '' } = schema as Described;
      return [
        code(name),
        fallback === undefined ? '' : code(fallback),
        description,
        rule.replaceAll('*', '\\*'),
      ];
    }),
  );
}
