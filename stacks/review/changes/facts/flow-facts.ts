/**
 * Components and connections that come and go, and who outside gets what.
 */
import { worst } from '../../../diff/effects';
import type { GraphConnection, GraphDocument } from '../../../graph-document';
import { addressOf } from '../../page/address';
import { connectionsById, credentialText } from '../connections';
import { grouped } from '../grouped';
import { counted, firstOf, NONE, type Compared, type Fact } from './fact';

export function flowFacts(compared: Compared): Fact[] {
  return [...componentFacts(compared), ...connectionFacts(compared), ...changedFlowFacts(compared)];
}

function componentFacts({ changes, graphs }: Compared): Fact[] {
  return changes.components
    .filter(({ change }) => change !== 'changed')
    .map(({ name, change }): Fact => {
      const side = change === 'added' ? graphs?.after : graphs?.before;
      const summary = side?.components.find((component) => component.name === name)?.summary ?? '';
      const own = changes.objects.filter(({ component }) => component === name);
      return {
        topic: 'components',
        effect: worst(own.map(({ effect }) => effect)),
        link: change === 'added' ? addressOf('component', name) : addressOf('changes'),
        change: `${change === 'added' ? 'New' : 'Gone'}: ${name}, ${lowerFirst(summary)}`,
        subject: `component ${name}`,
        before: change === 'added' ? NONE : summary,
        after: change === 'added' ? summary : NONE,
        covers: own.map(({ id }) => id),
      };
    });
}

interface Moved {
  readonly id: string;
  readonly change: 'added' | 'removed';
  readonly graph: GraphDocument;
  readonly connection: GraphConnection;
  readonly from: End;
  readonly to: End;
}

/** Those with somebody outside each by itself, before those inside, which are told together. */
function connectionFacts({ changes, graphs }: Compared): Fact[] {
  if (graphs === undefined) return [];
  const moved = changes.connections.flatMap(({ id, change }): Moved[] => {
    if (change === 'changed') return [];
    const graph = change === 'added' ? graphs.after : graphs.before;
    const connection = connectionsById(graph).get(id);
    return connection === undefined ? [] : [{ id, change, graph, connection, ...endsOf(graph, connection) }];
  });
  // Those of components that are new or gone are told with these, and replicas among themselves tell nobody anything.
  const told = new Set(
    changes.components.filter(({ change }) => change !== 'changed').map(({ name }) => name),
  );
  const outside = moved.filter(({ from, to }) => from.external || to.external);
  const inside = moved.filter(
    ({ from, to }) =>
      !from.external &&
      !to.external &&
      from.component !== to.component &&
      !told.has(from.component) &&
      !told.has(to.component),
  );
  return [
    // Several replicas or parts of one component often do the same.
    ...grouped(outside, ({ change, from, to, connection }) =>
      [change, from.component, to.component, connection.to, connection.protocol].join(' '),
    ).flatMap(outsideFact),
    ...grouped(inside, ({ change }) => change).flatMap(insideFact),
  ];
}

function outsideFact(group: Moved[]): Fact[] {
  const [first] = group;
  if (first === undefined) return [];
  const says = sentence(first, group.length > 1 ? first.from.component : first.from.name);
  return [moveFact(first, says, `connection ${first.id}`)];
}

function insideFact(group: Moved[]): Fact[] {
  const [first] = group;
  if (first === undefined) return [];
  const says = firstOf(
    group.length === 1 ? [sentence(first, first.from.name)] : group.map(({ id }) => id),
    3,
  );
  const subject = `${first.change === 'added' ? 'only the second has' : 'only the first has'} ${counted(group.length, 'connection')} inside`;
  return [moveFact(first, says, subject)];
}

function moveFact({ id, change }: Moved, says: string, subject: string): Fact {
  const isAdded = change === 'added';
  return {
    topic: 'access',
    effect: 'none',
    link: isAdded ? addressOf('connection', id) : addressOf('changes'),
    change: `${isAdded ? 'New' : 'No longer'}: ${says}`,
    subject,
    before: isAdded ? NONE : says,
    after: isAdded ? says : NONE,
    covers: [],
  };
}

interface End {
  readonly name: string;
  readonly component: string;
  readonly external: boolean;
}

function endsOf(graph: GraphDocument, { from, to }: GraphConnection): { from: End; to: End } {
  return { from: endOf(graph, from), to: endOf(graph, partyOf(to)) };
}

/** `kafka/clients#failover-logs` → `kafka`. */
export function partyOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.indexOf('/'));
}

function endOf(graph: GraphDocument, party: string): End {
  const external = graph.externals.some(({ name }) => name === party);
  return { name: party, component: componentOf(graph, party), external };
}

export function componentOf({ components }: GraphDocument, party: string): string {
  return components.find(({ parties }) => parties.includes(party))?.name ?? party;
}

/** e.g. `fraud-desk reads logs from kafka, topic egress-fraud-desk, over kafka 9095 with sasl-plain (kafka-fraud-desk-password)`. */
function sentence({ connection, to }: Moved, from: string): string {
  const topic = connection.to.split('#')[1];
  const what = connection.signals.join(', ');
  const does =
    connection.access === 'write'
      ? `sends ${what} to`
      : connection.access === 'read'
        ? `reads ${what} from`
        : 'connects to';
  const credential =
    connection.credential === undefined ? 'no credential' : credentialText(connection.credential);
  return `${from} ${does} ${to.name}${topic === undefined ? '' : `, topic ${topic},`} over ${connection.protocol} ${connection.port} with ${credential}`;
}

/** What else changes of a connection than its load, which has facts of its own, and the size of its queue. */
function changedFlowFacts({ changes, graphs }: Compared): Fact[] {
  if (graphs === undefined) return [];
  const [old, fresh] = [connectionsById(graphs.before), connectionsById(graphs.after)];
  return changes.connections.flatMap(({ id, fields }) =>
    fields
      .filter(
        ({ what }) => what !== 'load' && !(what === 'delivery' && isSameKind(old.get(id), fresh.get(id))),
      )
      .map(({ what, before, after }): Fact => ({
        topic: what === 'delivery' ? 'guarantees' : 'access',
        effect: 'none',
        link: addressOf('connection', id),
        change: `${id}: ${what} is ${after} instead of ${before}`,
        subject: `${what} of ${id}`,
        before,
        after,
        covers: [],
      })),
  );
}

/** Whether only the queue's size differs, which guarantees and volumes tell. */
function isSameKind(before: GraphConnection | undefined, after: GraphConnection | undefined): boolean {
  const [old, fresh] = [before?.delivery, after?.delivery];
  if (old?.kind === 'disk-queue' && fresh?.kind === 'disk-queue') return old.whenFull === fresh.whenFull;
  return old?.kind === 'memory-queue' && fresh?.kind === 'memory-queue' && old.mayDrop === fresh.mayDrop;
}

function lowerFirst(text: string): string {
  // Not of an abbreviation.
  return /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}
