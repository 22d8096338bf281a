/**
 * A typed model of a configuration file, for programs that no registry has: the keys that the platform uses, each with
 * its type, written from the program's documentation. Unlike the program it knows no other key: a new one is looked up
 * and added here first.
 */
import Ajv, { type ErrorObject, type SchemaObject } from 'ajv';
import type { Verdict } from '../validator';

export type Model = SchemaObject;

export const text: Model = { type: 'string', minLength: 1 };
export const flag: Model = { type: 'boolean' };
export const count: Model = { type: 'integer', minimum: 0 };
export const fraction: Model = { type: 'number', minimum: 0, maximum: 1 };
export const port: Model = { type: 'integer', minimum: 1, maximum: 65_535 };
/** As Go reads it: `90s`, `-1h30m`. */
export const goDuration = pattern(/^-?(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/);
/** `host:port` */
export const address = pattern(/^[A-Za-z0-9.-]+:\d{1,5}$/);
export const url = pattern(/^https?:\/\/[A-Za-z0-9.:-]+(\/\S*)?$/);
/** An absolute path. */
export const path = pattern(/^\/\S*$/);

export function pattern(form: RegExp): Model {
  return { type: 'string', pattern: form.source };
}

export function oneOf(...values: readonly (string | number)[]): Model {
  return { enum: values };
}

export function listOf(items: Model): Model {
  return { type: 'array', items, minItems: 1 };
}

/** These keys and no other; `required` must be there. */
export function keys(properties: Readonly<Record<string, Model>>, required: readonly string[] = []): Model {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** One of several shapes, told apart by the value of one key, which each of them has as `oneOf(…)` one value. */
export function shapes(key: string, ...models: readonly Model[]): Model {
  return { type: 'object', discriminator: { propertyName: key }, required: [key], oneOf: models };
}

export function judgeByModel(model: Model, document: unknown): Verdict {
  const validate = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    discriminator: true,
  }).compile(model);
  if (validate(document)) return { accepted: true, said: '' };
  return { accepted: false, said: (validate.errors ?? []).map(wordsOf).join('\n') };
}

function wordsOf({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty, allowedValues } = params as {
    additionalProperty?: string;
    allowedValues?: readonly string[];
  };
  const where = instancePath === '' ? '/' : instancePath;
  if (additionalProperty !== undefined) return `${where}: the model has no key ${additionalProperty}`;
  return `${where}: ${message ?? ''}${allowedValues === undefined ? '' : `: ${allowedValues.join(', ')}`}`;
}
