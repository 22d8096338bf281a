/** The operators' definitions of the custom resources that are used, put into the API server. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import { tool } from '../../tools/obtain';
import type { ApiClient } from './api-client';
import { SHARED_CRDS } from './environment-objects';
import { until } from './until';

const LIST_LIMIT_MS = 60_000;

export async function defineCustomResources(api: ApiClient, objects: readonly Manifest[]): Promise<void> {
  const used = new Set(objects.map(({ apiVersion, kind }) => `${apiVersion.split('/')[0] ?? ''} ${kind}`));
  const folders = [await tool('crds'), SHARED_CRDS].filter((folder) => existsSync(folder));
  const definitions = folders.flatMap((folder) => definitionsOf(folder, used));
  for (const definition of definitions) await api.create(definition);
  // What the server lists is established, but it is listed a moment later.
  await until('the custom resources are listed', LIST_LIMIT_MS, async () => {
    const missing: string[] = [];
    for (const { apiVersion, kind } of definitions.flatMap(servedKinds)) {
      if (!(await api.knows(apiVersion, kind))) missing.push(`${kind} of ${apiVersion}`);
    }
    return missing;
  });
}

function servedKinds({ spec }: Manifest): { readonly apiVersion: string; readonly kind: string }[] {
  const kind = textAt(spec, 'names', 'kind') ?? '';
  return listAt(spec, 'versions')
    .filter((version) => fieldsAt(version).served === true)
    .map((version) => ({
      apiVersion: `${textAt(spec, 'group') ?? ''}/${textAt(version, 'name') ?? ''}`,
      kind,
    }));
}

function definitionsOf(folder: string, used: ReadonlySet<string>): Manifest[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .filter((text) => mentions(text, used))
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
    .filter(
      (object) =>
        object.kind === 'CustomResourceDefinition' &&
        used.has(
          `${textAt(object, 'spec', 'group') ?? ''} ${textAt(fieldsAt(object, 'spec'), 'names', 'kind') ?? ''}`,
        ),
    );
}

/** Before parsing: some of these files are half a megabyte, and few are needed. */
function mentions(text: string, used: ReadonlySet<string>): boolean {
  const group = /^ {2}group: (\S+)$/m.exec(text)?.[1] ?? '';
  return [...text.matchAll(/^ {4}kind: (\S+)$/gm)].some(([, kind]) => used.has(`${group} ${kind ?? ''}`));
}
