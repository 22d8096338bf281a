/**
 * Judges objects by the OpenAPI documents of Kubernetes and the operators' custom resource definitions, strictly: an
 * unknown field is a mistake, as it is for an API server with `fieldValidation=Strict`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';

type Schema = Record<string, unknown>;
type Judge = (object: Record<string, unknown>) => string[];

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Fields that any object may have and a custom resource's schema does not describe. */
const OBJECT_FIELDS: Schema = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: 'kubernetes#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
};

/** Patterns are Go's, which may say inside that case is no matter; JavaScript says so beside them. */
const GO_PATTERNS = Object.assign(
  (pattern: string, flags: string): RegExp =>
    pattern.includes('(?i)')
      ? new RegExp(pattern.replaceAll('(?i)', ''), `${flags}i`)
      : new RegExp(pattern, flags),
  { code: 'new RegExp' },
);

/**
 * @param swaggerFile `api/openapi-spec/swagger.json` of one Kubernetes version
 * @param crdFolders folders with custom resource definitions, read deeply
 * @returns the mistakes of an object, one a line; none for a valid one
 */
export function schemaJudge(swaggerFile: string, crdFolders: readonly string[]): Judge {
  const swagger = JSON.parse(readFileSync(swaggerFile, 'utf8')) as { definitions: Record<string, Schema> };
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    code: { regExp: GO_PATTERNS },
  });
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(swagger.definitions)) {
    for (const gvk of (definition['x-kubernetes-group-version-kind'] ?? []) as GroupVersionKind[]) {
      names.set(key(gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`, gvk.kind), name);
    }
  }
  ajv.addSchema({ $id: 'kubernetes', definitions: strict(swagger.definitions) as Record<string, Schema> });
  const judges = new Map<string, ValidateFunction>();
  for (const definition of crdFolders.flatMap(readDefinitions)) addDefinition(ajv, judges, definition);

  return (object) => {
    const id = key(String(object.apiVersion), String(object.kind));
    const name = names.get(id);
    const validate =
      judges.get(id) ?? (name === undefined ? undefined : ajv.getSchema(`kubernetes#/definitions/${name}`));
    if (validate === undefined) return [`no schema for ${id}`];
    judges.set(id, validate);
    if (validate(object)) return [];
    return (validate.errors ?? []).map((error) => describeError(error));
  };
}

function key(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

function describeError({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath || '/'} ${message ?? ''}${extra === undefined ? '' : `: ${extra}`}`;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

function readDefinitions(folder: string): Definition[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .flatMap((entry) => parseAllDocuments(readFileSync(join(entry.parentPath, entry.name), 'utf8')))
    .map((document) => document.toJS() as { kind?: string } | null)
    .filter((document) => document?.kind === 'CustomResourceDefinition') as unknown as Definition[];
}

function addDefinition(ajv: Ajv, judges: Map<string, ValidateFunction>, { spec }: Definition): void {
  for (const version of spec.versions) {
    if (!version.served) continue;
    const id = key(`${spec.group}/${version.name}`, spec.names.kind);
    const schema = strict(version.schema.openAPIV3Schema) as Schema;
    const properties = { ...(schema.properties as Schema), ...OBJECT_FIELDS };
    // Compiled when first used: Strimzi's alone are 300 kB.
    let compiled: ValidateFunction | undefined;
    const lazily = ((data: unknown) => {
      compiled ??= ajv.compile({ ...schema, properties });
      const valid = compiled(data);
      lazily.errors = compiled.errors;
      return valid;
    }) as ValidateFunction;
    judges.set(id, lazily);
  }
}

/** A copy in which what is not described is refused, and Kubernetes' own extensions are JSON Schema. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Schema = Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, strict(child)]),
  );
  if (copy.format === 'int-or-string' || copy['x-kubernetes-int-or-string'] === true) {
    return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  }
  if (copy.nullable === true && typeof copy.type === 'string') copy.type = [copy.type, 'null'];
  if (typeof copy.description === 'string') delete copy.description;
  const described = typeof copy.properties === 'object' && copy.properties !== null && !('$ref' in copy);
  if (
    described &&
    copy.additionalProperties === undefined &&
    copy['x-kubernetes-preserve-unknown-fields'] !== true
  ) {
    const isSchema = copy.type === 'object' || (Array.isArray(copy.type) && copy.type.includes('object'));
    if (isSchema) copy.additionalProperties = false;
  }
  return copy;
}
