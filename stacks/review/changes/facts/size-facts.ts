/**
 * How much runs: replicas, volumes, requests in all, and how long receivers may be away.
 */
import { humanBytes, humanSeconds } from '../../../../constructs/core/quantity';
import { addressOf } from '../../page/address';
import type { ChangedAmount, ChangedField, ChangedGuarantee, ChangedObject } from '../changes';
import { TOTAL } from '../amounts';
import { seconds } from '../guarantees';
import { worst } from '../../../diff/effects';
import { counted, fieldKey, NONE, type Compared, type Fact } from './fact';

export function sizeFacts({ changes }: Compared): Fact[] {
  // Of an environment its objects tell what happens; of two, what each component has of pods and volumes is enough.
  const byPart =
    changes.kind === 'compare'
      ? changes.amounts
          .filter(({ component, what }) => component !== TOTAL && (what === 'pods' || what === 'volumes'))
          .map(amountFact)
      : changes.objects.flatMap((object) => [
          ...replicaFact(object),
          ...object.fields.flatMap((field) => volumeFact(object, field)),
        ]);
  return [...byPart, ...totalFact(changes.amounts), ...guaranteeFacts(changes.guarantees)];
}

const REPLICAS = /^spec\.(replicas|minReplicas|maxReplicas)$/;

/** A workload's count, or an autoscaler's range, as one. */
function replicaFact(object: ChangedObject): Fact[] {
  const fields = object.fields.filter(({ path }) => REPLICAS.test(path));
  if (fields.length === 0) return [];
  const effect = worst(fields.map((field) => field.effect));
  const why = fields.find((field) => field.effect === effect)?.why ?? '';
  const side = (of: 'before' | 'after'): string =>
    fields
      .map((field) => field[of] ?? 'the default')
      .reverse()
      .join(' to ');
  const [before, after] = [side('before'), side('after')];
  return [
    {
      topic: 'sizes',
      effect,
      link: addressOf('changes', object.id),
      change: `${object.id} runs ${after} replicas instead of ${before}${why === '' ? '' : `: ${why}`}`,
      subject: `replicas of ${object.id}`,
      before,
      after,
      covers: fields.map(({ path }) => fieldKey(object.id, path)),
    },
  ];
}

const VOLUME = /(?:requests\.storage|storage\.size)$/;

function volumeFact(object: ChangedObject, field: ChangedField): Fact[] {
  if (!VOLUME.test(field.path)) return [];
  const [before, after] = [field.before ?? NONE, field.after ?? NONE];
  const name = /volumeClaimTemplates\[([^\]]+)\]/.exec(field.path)?.[1];
  const volume = name === undefined ? object.id : `each volume ${name} of ${object.id}`;
  return [
    {
      topic: 'sizes',
      effect: field.effect,
      link: addressOf('changes', object.id),
      change: `${upperFirst(volume)} has ${after} instead of ${before}${field.why === '' ? '' : `: ${field.why}`}`,
      subject: `size of ${volume}`,
      before,
      after,
      covers: [fieldKey(object.id, field.path)],
    },
  ];
}

const SHOWN: Readonly<Record<ChangedAmount['what'], (value: number) => string>> = {
  pods: String,
  cpu: (value) => `${Math.round(value / 100) / 10} CPUs`,
  memory: humanBytes,
  volumes: humanBytes,
};

/** e.g. `3`, `1.5 CPUs`, `2 GiB`. */
export function amountValue(what: ChangedAmount['what'], value: number): string {
  return SHOWN[what](value);
}

/** With what it is an amount of, e.g. `3 pods`, `2 GiB of memory`. */
function amountText({ what }: ChangedAmount, value: number): string {
  if (what === 'pods') return counted(value, 'pod');
  return what === 'cpu' ? amountValue(what, value) : `${amountValue(what, value)} of ${what}`;
}

function amountFact(amount: ChangedAmount): Fact {
  const [before, after] = [amountText(amount, amount.before), amountText(amount, amount.after)];
  return {
    topic: 'sizes',
    effect: 'none',
    link: addressOf('component', amount.component),
    change: `${amount.component} has ${after} instead of ${before}`,
    subject: amount.component,
    before,
    after,
    covers: [],
  };
}

function totalFact(amounts: readonly ChangedAmount[]): Fact[] {
  const total = amounts.filter(({ component }) => component === TOTAL);
  if (total.length === 0) return [];
  const side = (of: 'before' | 'after'): string =>
    total.map((amount) => amountText(amount, amount[of])).join(', ');
  return [
    {
      topic: 'sizes',
      effect: 'none',
      link: addressOf('changes'),
      change: `It requests ${side('after')} instead of ${side('before')}`,
      subject: 'requested in all',
      before: side('before'),
      after: side('after'),
      covers: [],
    },
  ];
}

/** Those that are shorter as one, and those that are longer; the shortest stands for the others. */
function guaranteeFacts(guarantees: readonly ChangedGuarantee[]): Fact[] {
  const isShorter = (one: ChangedGuarantee): boolean =>
    seconds(one.afterSeconds) < seconds(one.beforeSeconds);
  return [
    ...guaranteeFact(guarantees.filter(isShorter), 'shorter'),
    ...guaranteeFact(
      guarantees.filter((one) => !isShorter(one)),
      'longer or as long',
    ),
  ];
}

function guaranteeFact(guarantees: readonly ChangedGuarantee[], how: string): Fact[] {
  const [shortest] = guarantees;
  if (shortest === undefined) return [];
  const { connection, beforeSeconds, afterSeconds, wantedSeconds } = shortest;
  const [before, after] = [humanSeconds(seconds(beforeSeconds)), humanSeconds(seconds(afterSeconds))];
  const wanted = `${humanSeconds(wantedSeconds)} wanted`;
  return [
    {
      topic: 'guarantees',
      effect: 'none',
      link: addressOf('connection', connection),
      change: `${counted(guarantees.length, 'guarantee')} ${guarantees.length === 1 ? 'is' : 'are'} ${how}: ${connection} survives an outage of ${after} instead of ${before}, ${wanted}${guarantees.length === 1 ? '' : ', the others more'}`,
      subject: `how long the receiver of ${connection} may be away`,
      before,
      after,
      covers: [],
    },
  ];
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
