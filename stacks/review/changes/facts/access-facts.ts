/**
 * Who may do more or less than before: roles, NetworkPolicies, Kafka's grants, secrets, exceptions from rules.
 */
import { worst } from '../../../diff/effects';
import { nameOf } from '../../../diff/semantic-diff';
import { fieldsAt, listAt, numberAt, textAt } from '../../../manifest-data';
import { addressOf } from '../../page/address';
import type { ComparedObject } from '../baseline';
import type { ChangedField, ChangedObject } from '../changes';
import { pairs } from '../graphs';
import { fieldKey, firstOf, NONE, type Compared, type Fact } from './fact';

export function accessFacts(compared: Compared): Fact[] {
  const { changes } = compared;
  return [
    ...changes.objects.flatMap((object) =>
      // Between two environments the connections tell what the policies let through.
      SUBJECTS.filter(({ kind }) => changes.kind === 'against' || !kind.test('NetworkPolicy ')).flatMap(
        (subject) => [...listFact(object, subject, 'after'), ...listFact(object, subject, 'before')],
      ),
    ),
    ...newRoleFacts(compared),
    ...secretFacts(compared),
    ...exceptionFacts(compared),
  ];
}

/** Lists in which each element allows something. */
interface Subject {
  readonly kind: RegExp;
  readonly path: RegExp;
  readonly gains: (id: string) => string;
  readonly loses: (id: string) => string;
  readonly element: (value: unknown, path: string) => string;
}

const SUBJECTS: readonly Subject[] = [
  {
    kind: /^(?:Cluster)?Role /,
    path: /^rules\[\d+\]$/,
    gains: (id) => `${id} may also`,
    loses: (id) => `${id} may no longer`,
    element: permission,
  },
  {
    kind: /^(?:Cluster)?RoleBinding /,
    path: /^subjects\[[^\]]*\]$/,
    gains: (id) => `${id} is given to`,
    loses: (id) => `${id} is taken from`,
    element: (value) => `${textAt(value, 'namespace') ?? ''}/${textAt(value, 'name') ?? ''}`,
  },
  {
    kind: /^NetworkPolicy /,
    path: /^spec\.(?:ingress|egress)\[\d+\]$/,
    gains: (id) => `${id} is opened`,
    loses: (id) => `${id} is closed`,
    element: (value, path) =>
      `${path.startsWith('spec.ingress') ? 'from' : 'to'} ${peers(value)} on ${ports(value)}`,
  },
  {
    kind: /^ConfigMap /,
    path: /\["acls\.txt"\]\[".*"\]$/,
    gains: () => 'Kafka grants',
    loses: () => 'Kafka grants no longer',
    // `TOPIC orders LITERAL shop READ`
    element: (_value, path) => {
      const [resource = '', name = '', , user = '', ...may] = (/\["([^"]*)"\]$/.exec(path)?.[1] ?? '').split(
        ' ',
      );
      return `${user} ${may.join(' ')} on ${resource.toLowerCase()} ${name}`;
    },
  },
];

/** e.g. `get, list pods`. */
function permission(rule: unknown): string {
  return `${texts(rule, 'verbs').join(', ')} ${[...texts(rule, 'resources'), ...texts(rule, 'nonResourceURLs')].join(', ')}`;
}

function texts(value: unknown, key: string): string[] {
  return listAt(value, key).map(String);
}

function peers(rule: unknown): string {
  const all = [...listAt(rule, 'from'), ...listAt(rule, 'to')].map(
    (peer) =>
      textAt(peer, 'ipBlock', 'cidr') ??
      Object.values(fieldsAt(peer, 'podSelector', 'matchLabels'))
        .map(String)
        .at(-1) ??
      'a whole namespace',
  );
  return all.length === 0 ? 'anywhere' : firstOf(all);
}

function ports(rule: unknown): string {
  const all = listAt(rule, 'ports').flatMap((port) => numberAt(port, 'port') ?? textAt(port, 'port') ?? []);
  return all.length === 0 ? 'every port' : firstOf(all.map(String));
}

/** What an object's lists gained (`after`) or lost (`before`). */
function listFact(object: ChangedObject, subject: Subject, side: 'before' | 'after'): Fact[] {
  if (!subject.kind.test(object.id)) return [];
  const other = side === 'after' ? 'before' : 'after';
  const fields = object.fields.filter(
    (field) => subject.path.test(field.path) && field[side] !== undefined && field[other] === undefined,
  );
  if (fields.length === 0) return [];
  const elements = firstOf(fields.map((field) => subject.element(parsed(field[side]), field.path)));
  const says = side === 'after' ? subject.gains(object.id) : subject.loses(object.id);
  return [
    {
      topic: 'access',
      effect: worst(fields.map((field: ChangedField) => field.effect)),
      link: addressOf('changes', object.id),
      change: `${says}: ${elements}`,
      subject: `${object.id} allows`,
      before: side === 'before' ? elements : NONE,
      after: side === 'after' ? elements : NONE,
      covers: fields.map((field) => fieldKey(object.id, field.path)),
    },
  ];
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return text;
  }
}

/** Roles that are new; those of a new component are a part of what it is. */
function newRoleFacts({ changes, synthesis }: Compared): Fact[] {
  const added = new Set(changes.objects.filter(({ change }) => change === 'added').map(({ id }) => id));
  const fresh = new Set(
    changes.components.filter(({ change }) => change === 'added').map(({ name }) => name),
  );
  return synthesis.objects.flatMap(({ component, object }): Fact[] => {
    const id = nameOf(object);
    if (!/^(?:Cluster)?Role$/.test(object.kind) || !added.has(id) || fresh.has(component)) return [];
    const may = firstOf(listAt(object, 'rules').map(permission));
    return [
      {
        topic: 'access',
        effect: 'none',
        link: addressOf('changes', id),
        change: `New ${id} of ${component}: ${may}`,
        subject: `${id} of ${component}`,
        before: NONE,
        after: may,
        covers: [],
      },
    ];
  });
}

/** Names in the store of secrets, not of Kubernetes' Secrets: one of them may be read in several namespaces. */
function secretFacts({ baseline, synthesis }: Compared): Fact[] {
  const [old, fresh] = [secretsIn(baseline.objects), secretsIn(synthesis.objects)];
  const added = [...fresh].filter((name) => !old.has(name));
  const removed = [...old].filter((name) => !fresh.has(name));
  const fact = (names: readonly string[], change: string, sides: Pick<Fact, 'before' | 'after'>): Fact[] =>
    names.length === 0
      ? []
      : [
          {
            topic: 'access',
            effect: 'none',
            link: addressOf('secrets'),
            change,
            subject: 'secrets in the store',
            ...sides,
            covers: [],
          },
        ];
  return [
    ...fact(
      added,
      `Before the roll-out the store of secrets must hold ${firstOf(added)}: pods that read it wait for it`,
      {
        before: NONE,
        after: firstOf(added),
      },
    ),
    ...fact(removed, `Nobody reads these secrets any more: ${firstOf(removed)}`, {
      before: firstOf(removed),
      after: NONE,
    }),
  ];
}

function secretsIn(objects: readonly ComparedObject[]): Set<string> {
  return new Set(
    objects
      .filter(({ object }) => object.kind === 'ExternalSecret')
      .flatMap(({ object }) => listAt(object, 'spec', 'data'))
      .flatMap((entry) => textAt(entry, 'remoteRef', 'key') ?? []),
  );
}

function exceptionFacts({ baseline, synthesis }: Compared): Fact[] {
  return pairs(exceptionsIn(baseline.objects), exceptionsIn(synthesis.objects)).flatMap(
    ({ id, before, after }): Fact[] => {
      if (before === after) return [];
      const change =
        before === undefined
          ? `New exception ${after ?? ''}`
          : after === undefined
            ? `An exception is gone: ${before}`
            : `An exception reads ${after} instead of ${before}`;
      return [
        {
          topic: 'exceptions',
          effect: 'none',
          link: addressOf('exceptions'),
          change,
          subject: `exception ${id.split(' ').at(-1) ?? id}`,
          before: before ?? NONE,
          after: after ?? NONE,
          covers: [id],
        },
      ];
    },
  );
}

/** e.g. `from replicas-in-production for …: Two would report every object twice (platform)`. */
function exceptionsIn(objects: readonly ComparedObject[]): Map<string, string> {
  return new Map(
    objects
      .filter(({ object }) => object.kind === 'PolicyException')
      .map(({ object }) => {
        const { name } = object.metadata;
        const properties = fieldsAt(object, 'spec', 'properties');
        const expires = textAt(object, 'spec', 'expiresAt');
        const end = expires === undefined ? '' : `, until ${expires.slice(0, 10)}`;
        return [nameOf(object), `${name}: ${String(properties.reason)} (${String(properties.owner)}${end})`];
      }),
  );
}
