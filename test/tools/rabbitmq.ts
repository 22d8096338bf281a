/** RabbitMQ: a peer of the telemetry stack's broker. */
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.10.8';
const HOME = `usr/lib/rabbitmq/lib/rabbitmq_server-${VERSION}`;
const APPLICATION = `${HOME}/plugins/rabbit-${VERSION}/ebin/rabbit.app`;
const ERTS = 'usr/lib/erlang/erts-13.1.5';

/** The parts of Erlang that the package names. */
const ERLANG = ['asn1', 'base', 'crypto', 'eldap', 'inets', 'mnesia', 'os-mon', 'parsetools', 'public-key'];
const MORE_ERLANG = ['runtime-tools', 'ssl', 'syntax-tools', 'tools', 'xmerl'];

export const rabbitmq = {
  name: 'rabbitmq',
  version: VERSION,
  purpose: 'a peer of the broker in the benchmarks (Debian’s version)',
  requires: [needs.debian('12')],
  recipe: debianPrograms({
    package: 'rabbitmq-server',
    version: VERSION,
    // Debian's `erl` looks for Erlang where a package would be installed; who starts erlexec says where it is.
    programs: { erlexec: `${ERTS}/bin/erlexec`, epmd: `${ERTS}/bin/epmd` },
    with: [...[...ERLANG, ...MORE_ERLANG].map((part) => `erlang-${part}`), 'libsctp1', 'libssl3'],
  }),
  outputs: ['bin/erlexec', 'bin/epmd', `${HOME}/sbin/rabbitmq-server`, `${ERTS}/bin/beam.smp`, APPLICATION],
  main: '.',
  checks: [{ file: APPLICATION, holds: `{vsn, "${VERSION}"}` }],
  onRequest: true,
} as const satisfies Tool;
