/**
 * Asks the Kyverno CLI about the objects of many environments in few runs, for starting it takes longer than most
 * answers: each distinct object is asked about once, whichever environments have it.
 */
import { formatResource, type Manifest } from '../../../policies/manifest';
import { judge } from './judge';

export interface Asked {
  readonly object: Manifest;
  /** Those that name the object. */
  readonly exceptions: readonly Manifest[];
}

/**
 * @param policiesOf those that match the kind: the CLI compiles every policy for every object
 * @returns the names of the policies that refuse the object
 * @throws Error when the CLI could not judge an object, or is later asked for one that it did not see
 */
export async function judgeTogether(
  kyverno: string,
  asked: readonly Asked[],
  policiesOf: (kind: string) => readonly Manifest[],
): Promise<(one: Asked) => string[]> {
  const refusals = new Map<string, string[]>();
  for (const { policies, group } of runsOf(asked, policiesOf)) {
    const exceptions = group.flatMap((one) => one.exceptions);
    const objects = group.map(({ object }) => object);
    const verdicts = await judge(kyverno, {
      policies,
      objects,
      ...(exceptions.length > 0 && { exceptions }),
    });
    const broken = verdicts.find(({ result }) => result === 'error');
    if (broken !== undefined) throw new Error(`the CLI could not judge: ${JSON.stringify(broken)}`);
    for (const one of group) {
      const own = verdicts.filter(({ resource }) => formatResource(resource) === resourceOf(one));
      if (own.length === 0) throw new Error(`the CLI says nothing about ${resourceOf(one)}`);
      const refused = own.filter(({ result }) => result === 'fail').map(({ policy }) => policy);
      refusals.set(JSON.stringify(one), refused);
    }
  }
  return (one) => {
    const found = refusals.get(JSON.stringify(one));
    if (found === undefined) throw new Error(`${resourceOf(one)} was not asked about`);
    return found;
  };
}

interface Run {
  readonly policies: readonly Manifest[];
  readonly group: readonly Asked[];
}

/** Kinds of the same policies together, and no two objects of one name in a run: the CLI cannot tell them apart. */
function runsOf(asked: readonly Asked[], policiesOf: (kind: string) => readonly Manifest[]): Run[] {
  const distinct = [...new Map(asked.map((one) => [JSON.stringify(one), one])).values()];
  const runs = new Map<string, { policies: readonly Manifest[]; group: Asked[] }>();
  const seen = new Map<string, number>();
  for (const one of distinct) {
    const policies = policiesOf(one.object.kind);
    if (policies.length === 0) continue;
    const round = (seen.get(resourceOf(one)) ?? 0) + 1;
    seen.set(resourceOf(one), round);
    const key = [round, ...policies.map(({ metadata }) => metadata.name)].join(' ');
    const run = runs.get(key) ?? { policies, group: [] };
    run.group.push(one);
    runs.set(key, run);
  }
  return [...runs.values()];
}

function resourceOf({ object: { kind, metadata } }: Asked): string {
  return formatResource({ kind, ...metadata });
}
