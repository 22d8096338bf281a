/**
 * Images that change: from which version to which, and how large the step is by the makers' own numbering.
 */
import { worst } from '../../../diff/effects';
import { addressOf } from '../../page/address';
import { grouped } from '../grouped';
import { fieldKey, firstOf, type Compared, type Fact } from './fact';

interface ImageChange {
  readonly object: string;
  readonly path: string;
  readonly effect: Fact['effect'];
  readonly repository: string;
  readonly before: string;
  readonly after: string;
}

const IMAGE = /(?:^|\.)(?:containers|initContainers)\[[^\]]+\]\.image$/;

export function versionFacts({ changes }: Compared): Fact[] {
  const images = changes.objects.flatMap(({ id, fields }) =>
    fields.flatMap(({ path, before, after, effect }): ImageChange[] => {
      if (!IMAGE.test(path) || before === undefined || after === undefined) return [];
      const [old, fresh] = [imageParts(before), imageParts(after)];
      if (old.repository !== fresh.repository)
        return [{ object: id, path, effect, repository: 'another image', before, after }];
      return [{ object: id, path, effect, repository: fresh.repository, before: old.tag, after: fresh.tag }];
    }),
  );
  // One program often runs in several workloads.
  return grouped(images, ({ repository, before, after }) => [repository, before, after].join(' ')).flatMap(
    versionFact,
  );
}

function versionFact(group: ImageChange[]): Fact[] {
  const [first] = group;
  if (first === undefined) return [];
  const { repository, before, after } = first;
  const program = repository.split('/').at(-1) ?? repository;
  return [
    {
      topic: 'versions',
      effect: worst(group.map(({ effect }) => effect)),
      link: addressOf('images'),
      change: `${program} goes from ${before} to ${after}, ${stepText(before, after)}, in ${firstOf(group.map(({ object }) => object))}`,
      subject: `version of ${program}`,
      before,
      after,
      covers: group.map(({ object, path }) => fieldKey(object, path)),
    },
  ];
}

/** `registry/path/name:tag@digest` */
function imageParts(image: string): { repository: string; tag: string } {
  const match = /^(.*?)(?::([\w][\w.-]*))?(@.*)?$/.exec(image);
  return { repository: match?.[1] ?? image, tag: match?.[2] ?? match?.[3] ?? 'latest' };
}

const STEPS = ['a major version', 'a minor version', 'a patch'] as const;

/** By the first number that differs. */
function stepText(before: string, after: string): string {
  const [old, fresh] = [numbers(before), numbers(after)];
  const place = old.findIndex((number, i) => number !== fresh[i]);
  const [a, b] = [old[place], fresh[place]];
  const step = STEPS[place];
  if (step === undefined || a === undefined || b === undefined) return 'another build';
  return a < b ? step : `back by ${step}`;
}

function numbers(version: string): number[] {
  const whole = /\d+(?:\.\d+){0,2}/.exec(version)?.[0];
  const found = whole?.split('.').map(Number) ?? [];
  return found.length === 0 ? [] : STEPS.map((_, place) => found[place] ?? 0);
}
