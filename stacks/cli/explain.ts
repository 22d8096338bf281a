/**
 * `hyperion explain`: one component in words: what it is, what it takes and gives, what is guaranteed, and where its
 * computed values come from.
 */
import { imageOf } from '../../constructs/core/catalog';
import type { Component } from '../../constructs/core/component';
import { containersOf } from '../../constructs/core/images';
import type { Connection } from '../../constructs/core/flow-graph';
import { isExposed } from '../../constructs/core/outage-budget';
import type { Derivation, Platform } from '../../constructs/core/platform';
import { humanSeconds } from '../../constructs/core/quantity';
import { Task } from '../../constructs/core/task';
import { Workload } from '../../constructs/core/workload';
import { deliveryText } from '../delivery-text';
import { deliveryDocument, guaranteeDocument, type GraphGuarantee } from '../graph-document';
import { chooseEnvironment } from './choose';
import { UsageError, type Context, type ExitCode } from './context';
import { didYouMean } from './nearest';

interface Explanation {
  readonly environment: string;
  readonly component: string;
  readonly layer: string;
  readonly summary: string;
  readonly namespace: string;
  readonly runs: readonly Run[];
  /** What others do to it. */
  readonly takes: readonly Link[];
  /** What it does to others. */
  readonly gives: readonly Link[];
  readonly guarantees: readonly Guarantee[];
  readonly derivations: readonly Omit<Derivation, 'component'>[];
}

interface Run {
  readonly workload: string;
  readonly kind: string;
  readonly image: string;
  readonly license: string;
  readonly endOfLife: string | null;
}

interface Link {
  readonly peer: string;
  readonly signals: readonly string[];
  readonly protocol: string;
  readonly port: number;
  readonly path: string;
  readonly auth: string;
  readonly delivery: string;
  readonly purpose: string;
}

interface Guarantee extends GraphGuarantee {
  readonly connection: string;
  readonly signals: readonly string[];
}

export function explain(
  context: Context,
  environmentName: string,
  componentName: string,
  { json }: { readonly json?: boolean },
): ExitCode {
  const platform = chooseEnvironment(context, environmentName).environment.build();
  const explanation = explanationOf(platform, componentCalled(platform, componentName));
  context.out(json === true ? `${JSON.stringify(explanation, null, 2)}\n` : asText(explanation));
  return 0;
}

/** By its own name, or by that of one of its workloads. */
function componentCalled(platform: Platform, name: string): Component {
  const owner = platform.graph.parties.find((party) => party.id === name)?.componentName;
  const component = platform.components.find(({ node }) => node.id === name || node.id === owner);
  if (component !== undefined) return component;
  const known = platform.components.map(({ node }) => node.id);
  throw new UsageError(
    `${platform.environment} has no component ${JSON.stringify(name)}.${didYouMean(name, known)} It has: ${known.join(', ')}`,
  );
}

function explanationOf(platform: Platform, component: Component): Explanation {
  const { graph } = platform;
  const name = component.node.id;
  const isOwn = (party: { componentName: string }): boolean => party.componentName === name;
  const into = graph.connections.filter(({ from, to }) => isOwn(to.owner) && !isOwn(from));
  const outOf = graph.connections.filter(({ from, to }) => isOwn(from) && !isOwn(to.owner));
  return {
    environment: platform.environment,
    component: name,
    layer: component.layer,
    summary: component.summary,
    namespace: component.namespace,
    runs: graph.parties.filter(isOwn).flatMap((party) => runsOf(party)),
    takes: into.map((connection) => linkOf(connection, connection.from.id)),
    gives: outOf.map((connection) => linkOf(connection, connection.to.id)),
    guarantees: [...into, ...outOf].filter(isExposed).map((connection) => guaranteeOf(platform, connection)),
    derivations: platform.derivations
      .filter((derivation) => derivation.component === name)
      .map(({ what, value, from }) => ({ what, value, from })),
  };
}

function runsOf(party: unknown): Run[] {
  if (!(party instanceof Workload || party instanceof Task)) return [];
  const kind =
    party instanceof Workload
      ? `${party.kind} × ${party.replicas}${party.maxReplicas > party.replicas ? `–${party.maxReplicas}` : ''}`
      : 'Job';
  return containersOf(party).map(({ image }) => ({
    workload: party.id,
    kind,
    image: imageOf(image),
    license: image.license,
    endOfLife: image.endOfLife ?? null,
  }));
}

function linkOf({ to, signals, delivery, purpose }: Connection, peer: string): Link {
  return {
    peer,
    signals,
    protocol: to.protocol,
    port: to.port,
    path: to.path,
    auth: to.auth.kind,
    delivery: deliveryText(deliveryDocument(delivery)),
    purpose,
  };
}

function guaranteeOf(platform: Platform, connection: Connection): Guarantee {
  return {
    connection: `${connection.from.id} → ${connection.to.owner.id}`,
    signals: connection.signals,
    ...guaranteeDocument(platform, connection),
  };
}

function asText(it: Explanation): string {
  const sections: (readonly [string, readonly string[]])[] = [
    ['runs', it.runs.map(runText)],
    ['takes', it.takes.map((link) => linkText(link, 'from'))],
    ['gives', it.gives.map((link) => linkText(link, 'to'))],
    ['guarantees', it.guarantees.map(guaranteeText)],
    ['derived', it.derivations.map(({ what, value, from }) => `${what} = ${value}, from ${from}`)],
  ];
  const blocks = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([heading, lines]) => `\n${heading}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  return `${it.component} (${it.layer}, namespace ${it.namespace}, ${it.environment})\n${it.summary}\n${blocks.join('')}`;
}

function runText({ workload, kind, image, license, endOfLife }: Run): string {
  const end = endOfLife === null ? 'no end of life announced' : `supported until ${endOfLife}`;
  return `${workload}: ${kind}, ${image}, ${license}, ${end}`;
}

function linkText(link: Link, word: 'from' | 'to'): string {
  const auth = link.auth === 'none' ? 'no credential' : link.auth;
  return `${link.signals.join(', ')} ${word} ${link.peer}: ${link.protocol}, port ${link.port}${link.path}, ${auth}, ${link.delivery} (${link.purpose})`;
}

function guaranteeText({
  connection,
  signals,
  survivesSeconds,
  wantedSeconds,
  arithmetic,
}: Guarantee): string {
  const survives = humanSeconds(survivesSeconds ?? Number.POSITIVE_INFINITY);
  return `${connection} (${signals.join(', ')}): an outage of the receiver is survived for ${survives} (declared: ${humanSeconds(wantedSeconds)}): ${arithmetic.join('; ')}`;
}
