/**
 * What stores and topics keep: retentions, partitions, topics that come and go.
 */
import { humanBytes, humanSeconds } from '../../../../constructs/core/quantity';
import { duration, quantity } from '../../../diff/amounts';
import { worst } from '../../../diff/effects';
import { retentionAt, type KeptFor, type RetentionUnit } from '../../../diff/retention-rules';
import { addressOf } from '../../page/address';
import type { ChangedField, ChangedObject } from '../changes';
import { grouped } from '../grouped';
import { counted, fieldKey, firstOf, NONE, type Compared, type Fact } from './fact';

export function dataFacts({ changes }: Compared): Fact[] {
  const { objects } = changes;
  return [
    ...objects.flatMap(storeFacts),
    ...objects.flatMap(partitionFacts),
    ...objects.flatMap((object) => object.fields.flatMap((field) => topicFact(object, field))),
    ...objects.flatMap(topicRoomFacts),
  ];
}

interface Kept extends KeptFor {
  readonly field: ChangedField;
  readonly before: string;
  readonly after: string;
}

function keptIn(object: ChangedObject): Kept[] {
  return object.fields.flatMap((field): Kept[] => {
    const kept = retentionAt(field.path);
    if (kept === undefined) return [];
    const shown = (value: string | undefined): string => amountText(value, kept.retention.unit);
    return [{ ...kept, field, before: shown(field.before), after: shown(field.after) }];
  });
}

const isTopic = ({ keeps }: Kept): boolean => keeps.startsWith('topic ');

function storeFacts(object: ChangedObject): Fact[] {
  // Several settings of one store may say the same.
  const stores = grouped(
    keptIn(object).filter((kept) => !isTopic(kept)),
    ({ keeps, before, after }) => [keeps, before, after].join('|'),
  );
  return stores.flatMap((group) => storeFact(object, group));
}

/** What a topic keeps follows from its load: many change together. */
function topicRoomFacts(object: ChangedObject): Fact[] {
  const topics = grouped(keptIn(object).filter(isTopic), ({ field }) => field.effect);
  return topics.flatMap((group) => topicsFact(object, group));
}

function storeFact(object: ChangedObject, group: readonly Kept[]): Fact[] {
  const [first] = group;
  if (first === undefined) return [];
  const { keeps, before, after } = first;
  const effect = worst(group.map(({ field }) => field.effect));
  const consequence = effect === 'none' ? '' : ': what is beyond that is deleted';
  return [
    {
      topic: 'data',
      effect,
      link: addressOf('changes', object.id),
      change: `${object.component} keeps ${keeps} for ${after} instead of ${before}${consequence}`,
      subject: `${object.component} keeps ${keeps}`,
      before,
      after,
      covers: group.map(({ field }) => fieldKey(object.id, field.path)),
    },
  ];
}

function topicsFact(object: ChangedObject, group: readonly Kept[]): Fact[] {
  const [first] = group;
  if (first === undefined) return [];
  const { effect } = first.field;
  const each = group.map(
    ({ keeps, before, after }) => `${keeps.slice('topic '.length)} ${before} → ${after}`,
  );
  const text = firstOf(each, 3);
  return [
    {
      topic: 'data',
      effect,
      link: addressOf('changes', object.id),
      change: `${object.component} keeps ${effect === 'none' ? 'more or as much' : 'less'} of ${counted(group.length, 'topic')}, in each partition: ${text}`,
      subject: `${object.component} keeps in each partition of ${firstOf(
        group.map(({ keeps }) => keeps.slice('topic '.length)),
        3,
      )}`,
      before: firstOf(
        group.map((kept) => kept.before),
        3,
      ),
      after: firstOf(
        group.map((kept) => kept.after),
        3,
      ),
      covers: group.map(({ field }) => fieldKey(object.id, field.path)),
    },
  ];
}

const SECONDS: Partial<Record<RetentionUnit, number>> = {
  milliseconds: 1e-3,
  seconds: 1,
  minutes: 60,
  hours: 3600,
};
const GIBI = 1024 ** 3;

function amountText(value: string | undefined, unit: RetentionUnit): string {
  if (value === undefined) return 'its default';
  const factor = SECONDS[unit];
  if (factor !== undefined)
    return time(Number(value) < 0 ? Number.POSITIVE_INFINITY : Number(value) * factor);
  if (unit === 'duration') {
    const seconds = duration(value);
    return seconds === undefined ? value : time(seconds);
  }
  const bytes = unit === 'gigabytes' ? Number(value) * GIBI : quantity(value);
  return bytes === undefined ? value : humanBytes(bytes);
}

/** `7 d` rather than `7 d 0 h`. */
function time(seconds: number): string {
  return humanSeconds(seconds).replace(/ 0 (?:h|min)$/, '');
}

const TOPIC_LINE = /\["topics\.txt"\](?:\.([\w-]+)|\["([^"]+)"\])(\.partitions)?$/;

interface Partitions {
  readonly topic: string;
  readonly field: ChangedField;
  readonly before: number;
  readonly after: number;
}

/** Each topic that loses partitions by itself, and those that gain some together. */
function partitionFacts(object: ChangedObject): Fact[] {
  const all = object.fields.flatMap((field): Partitions[] => {
    const line = TOPIC_LINE.exec(field.path);
    const isResource = object.id.startsWith('KafkaTopic ') && field.path === 'spec.partitions';
    if (line?.[3] === undefined && !isResource) return [];
    const topic = line?.[1] ?? line?.[2] ?? object.id.split('/').at(-1) ?? object.id;
    return [{ topic, field, before: Number(field.before ?? 0), after: Number(field.after ?? 0) }];
  });
  const groups = grouped(all, ({ topic, before, after }) => (after < before ? topic : ''));
  return groups.flatMap((group) => partitionFact(object, group));
}

function partitionFact(object: ChangedObject, group: readonly Partitions[]): Fact[] {
  const [first] = group;
  if (first === undefined) return [];
  const { topic, field, before, after } = first;
  const names = firstOf(group.map((one) => one.topic));
  const change =
    after < before
      ? `Topic ${topic} loses ${before - after} of its ${counted(before, 'partition')}`
      : `More partitions: ${firstOf(group.map((one) => `${one.topic} ${one.before} → ${one.after}`))}`;
  return [
    {
      topic: 'data',
      effect: field.effect,
      link: addressOf('changes', object.id),
      change: field.why === '' ? change : `${change}: ${field.why}`,
      subject: `partitions of ${names}`,
      before: firstOf(group.map((one) => String(one.before))),
      after: firstOf(group.map((one) => String(one.after))),
      covers: group.map((one) => fieldKey(object.id, one.field.path)),
    },
  ];
}

/** A line of the list of topics that is new or gone, with the room that its copies take. */
function topicFact(object: ChangedObject, field: ChangedField): Fact[] {
  const line = TOPIC_LINE.exec(field.path);
  if (line === null || line[3] !== undefined) return [];
  const topic = line[1] ?? line[2] ?? '';
  const [before, after] = [roomOf(field.before), roomOf(field.after)];
  return [
    {
      topic: 'data',
      effect: field.effect,
      link: addressOf('changes', object.id),
      change:
        field.before === undefined
          ? `New topic ${topic}: ${after}`
          : `Topic ${topic} is declared no longer: ${field.why}`,
      subject: `topic ${topic}`,
      before,
      after,
      covers: [fieldKey(object.id, field.path)],
    },
  ];
}

function roomOf(text: string | undefined): string {
  if (text === undefined) return NONE;
  const plan = JSON.parse(text) as {
    readonly partitions: number;
    readonly copies: number;
    readonly settings: Readonly<Record<string, string>>;
  };
  const bytes = Number(plan.settings['retention.bytes']) * plan.partitions * plan.copies;
  const room = Number.isFinite(bytes) && bytes > 0 ? `, at the most ${humanBytes(bytes)} on the brokers` : '';
  return `${counted(plan.partitions, 'partition')} in ${plan.copies === 1 ? 'one copy' : `${plan.copies} copies`}${room}`;
}
