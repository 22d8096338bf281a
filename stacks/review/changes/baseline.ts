/**
 * What an environment is compared with: an earlier state of itself, or another environment.
 */
import { earlierState } from '../../diff/earlier-manifests';
import type { Environment } from '../../environment';
import type { GraphDocument } from '../../graph-document';
import { OutputError } from '../../output-error';
import { synthesise, type Synthesis, type SynthesisedObject } from '../../synthesis';

/** What is compared of a synthesis. */
export type Synthesised = Pick<Synthesis, 'environment' | 'objects' | 'files'>;

/** An object with the component whose file holds it. */
export type ComparedObject = Pick<SynthesisedObject, 'component' | 'object'>;

export interface Baseline {
  readonly kind: 'against' | 'compare';
  /** e.g. `git:main`, a folder, or the other environment's name. */
  readonly label: string;
  /** The environment's own name, which stands in names and labels of its objects. */
  readonly environment: string;
  readonly objects: readonly ComparedObject[];
  /** Undefined where none was written: then only objects can be compared. */
  readonly graph: GraphDocument | undefined;
}

/**
 * An earlier state of the same environment.
 * @param against a folder that `hyperion synth` wrote, or `git:<revision>`
 * @param root the checkout, for `git:`
 * @throws OutputError when there is nothing to read
 */
export function baselineAgainst(environment: string, against: string, root: string): Baseline {
  const { objects, graph } = earlierState(environment, against, root);
  return {
    kind: 'against',
    label: against,
    environment,
    objects,
    graph: graph === undefined ? undefined : graphIn(`${against}: ${environment}/graph.json`, graph),
  };
}

/** Another environment, to compare with. */
export function baselineOf(name: string, environment: Environment): Baseline {
  const synthesis = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  return {
    kind: 'compare',
    label: name,
    environment: name,
    objects: synthesis.objects,
    graph: graphOf(synthesis),
  };
}

/** The graph as it is written. */
export function graphOf({ environment, files }: Synthesised): GraphDocument {
  return graphIn(`${environment}/graph.json`, files.get('graph.json') ?? '');
}

const LISTS = ['components', 'externals', 'endpoints', 'connections'] as const;

/** Fields that are younger than the file are absent; without one of the lists it is none. */
function graphIn(source: string, text: string): GraphDocument {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new OutputError(
      `${source} is no JSON: ${error instanceof Error ? error.message : String(error)}; write it anew with hyperion synth, or delete it to compare objects only`,
    );
  }
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const missing = LISTS.find((list) => !Array.isArray(fields[list]));
  if (missing !== undefined) {
    throw new OutputError(
      `${source} has no list of ${missing}; write it anew with hyperion synth, or delete it to compare objects only`,
    );
  }
  return parsed as GraphDocument;
}
