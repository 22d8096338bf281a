/**
 * Every environment, synthesised once for all tests of a file.
 */
import { parseAllDocuments } from 'yaml';
import { ENVIRONMENTS } from '../stacks/environments';
import { synthesise, type Synthesis } from '../stacks/synthesis';

export const ENVIRONMENT_NAMES = Object.keys(ENVIRONMENTS);

const made = new Map<string, Synthesis>();

export function synthesisOf(name: string): Synthesis {
  const known = made.get(name);
  if (known !== undefined) return known;
  const environment = ENVIRONMENTS[name];
  if (environment === undefined) throw new Error(`no environment ${name}`);
  const synthesis = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  made.set(name, synthesis);
  return synthesis;
}

/** The objects as a cluster would get them: parsed from the text of the manifests, not taken from memory. */
export function parsedManifests(name: string, folder = 'manifests/'): Record<string, unknown>[] {
  return [...synthesisOf(name).files]
    .filter(([path]) => path.startsWith(folder))
    .flatMap(([, text]) =>
      parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>),
    );
}
