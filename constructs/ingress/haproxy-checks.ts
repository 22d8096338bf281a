/**
 * What HAProxy's routes and frontends must be, and types cannot say.
 */
import type { Problem } from '../core/config-error';
import type { HAProxyFrontend, HAProxyRoute } from './haproxy';
import { HAPROXY_PORTS } from './haproxy-config';

type Mistake = Omit<Problem, 'path'>;

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;
/** Below it a process needs a capability. */
const FIRST_FREE_PORT = 1024;
/** Names of the sections that are always there. */
const TAKEN_NAMES: readonly string[] = ['redirect', 'metrics'];

export function routeMistakes(
  routes: readonly HAProxyRoute[],
  frontends: readonly HAProxyFrontend[],
): Mistake[] {
  return [
    ...frontends.flatMap(frontendMistakes),
    ...routes.flatMap((route, index) => mistakesOf(route, routes.slice(0, index), frontends)),
  ];
}

function frontendMistakes({ name, port }: HAProxyFrontend): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!NAME.test(name) || name.length > 15 || TAKEN_NAMES.includes(name)) {
    mistakes.push({
      property: 'frontends',
      value: name,
      rule: `a frontend is named with lower-case words joined by hyphens, at most 15 characters, and not ${TAKEN_NAMES.join(' or ')}`,
      remedy: 'rename it, e.g. https',
    });
  }
  const taken: readonly number[] = Object.values(HAPROXY_PORTS);
  if (port < FIRST_FREE_PORT || taken.includes(port)) {
    mistakes.push({
      property: `frontends.${name}.port`,
      value: port,
      rule: `HAProxy listens above ${FIRST_FREE_PORT}, without any capability, and ${taken.join(', ')} are its own`,
      remedy: 'choose another port, e.g. 8443; clients come by servicePort',
    });
  }
  return mistakes;
}

function mistakesOf(
  route: HAProxyRoute,
  before: readonly HAProxyRoute[],
  frontends: readonly HAProxyFrontend[],
): Mistake[] {
  const property = `routes.${route.name}`;
  const mistakes: Mistake[] = [];
  if (!NAME.test(route.name) || before.some(({ name }) => name === route.name)) {
    mistakes.push({
      property: 'routes',
      value: route.name,
      rule: 'a route is named with lower-case words joined by hyphens, and each name is used once: it names a backend',
      remedy: 'rename it, e.g. grafana',
    });
  }
  if (!HOST.test(route.host)) {
    mistakes.push({
      property: `${property}.host`,
      value: route.host,
      rule: 'a host is a DNS name in lower case: it is compared letter by letter and stands in the certificate',
      remedy: 'write it like grafana.example.com',
    });
  }
  const door = route.frontend ?? frontends[0]?.name;
  if (before.some((other) => other.host === route.host && (other.frontend ?? frontends[0]?.name) === door)) {
    mistakes.push({
      property: `${property}.host`,
      value: route.host,
      rule: 'behind one door, one host leads to one application',
      remedy: 'give each route a host of its own, or another frontend',
    });
  }
  if (!frontends.some(({ name }) => name === door)) {
    mistakes.push({
      property: `${property}.frontend`,
      value: door,
      rule: `a route names a frontend that there is: ${frontends.map(({ name }) => name).join(', ')}`,
      remedy: 'correct the name, or add the frontend',
    });
  }
  if (!/^\/[^\s"'\\#]*$/.test(route.healthPath)) {
    mistakes.push({
      property: `${property}.healthPath`,
      value: route.healthPath,
      rule: 'a path begins with a slash and has no blanks, quotes, backslashes or #, which end a word in the configuration',
      remedy: 'write it like /api/health',
    });
  }
  return [...mistakes, ...limitMistakes(route), ...guestMistakes(route)];
}

function limitMistakes({ name, requestsPerSecond, to, authority }: HAProxyRoute): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!Number.isInteger(requestsPerSecond) || requestsPerSecond < 1) {
    mistakes.push({
      property: `routes.${name}.requestsPerSecond`,
      value: requestsPerSecond,
      rule: 'a limit is a whole number of requests, at least 1',
      remedy: 'leave the route out to let nobody in',
    });
  }
  if (to.tls !== (authority !== undefined)) {
    mistakes.push({
      property: `routes.${name}.authority`,
      value: authority?.secretName,
      rule: to.tls
        ? 'the application speaks TLS, and HAProxy believes no certificate that it cannot check'
        : 'the application speaks no TLS, so there is no certificate to check',
      remedy: to.tls ? "give the Secret with the application's ca.crt" : 'leave authority out',
    });
  }
  return mistakes;
}

function guestMistakes({ name, from }: HAProxyRoute): Mistake[] {
  const podsOfOthers = from.filter(({ reach }) => reach.kind !== 'addresses');
  if (podsOfOthers.length > 0) {
    return [
      {
        property: `routes.${name}.from`,
        value: podsOfOthers.map(({ id }) => id),
        rule: 'HAProxy tells guests by their address, and pods have none that stays',
        remedy: 'let pods call the application itself, or name the address blocks of their network',
      },
    ];
  }
  if (from.length > 0) return [];
  return [
    {
      property: `routes.${name}.from`,
      value: [],
      rule: 'a route that nobody may come by serves nobody',
      remedy: 'name who may come, or leave the route out',
    },
  ];
}
