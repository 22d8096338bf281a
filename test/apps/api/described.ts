/** Whether an answer is what the OpenAPI document says. */
import Ajv from 'ajv/dist/2020';

type Json = Record<string, unknown>;

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Json }> }>;
}

export interface Document {
  readonly openapi: string;
  readonly components: { readonly securitySchemes: Json; readonly schemas: Json };
  readonly paths: Record<string, Record<string, Operation & Json>>;
}

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);

/** What is wrong with it, if anything. */
export function contradiction(
  document: Document,
  method: string,
  url: string,
  answer: { readonly status: number; readonly contentType: string | undefined; readonly text: string },
): string | undefined {
  const path = url.split('?')[0] ?? '';
  const pattern = Object.keys(document.paths).find((each) =>
    new RegExp(`^${each.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  );
  if (pattern === undefined) return undefined;
  const operation = document.paths[pattern]?.[method.toLowerCase()];
  if (operation === undefined) return undefined;
  const response = operation.responses[String(answer.status)];
  if (response === undefined) return `${method} ${pattern}: ${answer.status} is not described`;
  const mediaType = answer.contentType?.split(';')[0];
  if (response.content === undefined) {
    return answer.text === '' ? undefined : `${method} ${pattern}: ${answer.status} should have no body`;
  }
  const media = response.content[mediaType ?? ''];
  if (media === undefined)
    return `${method} ${pattern}: ${answer.status} as ${mediaType ?? 'nothing'} is not described`;
  if (!/[/+]json$/.test(mediaType ?? '')) return undefined;
  const body: unknown = JSON.parse(answer.text);
  if (ajv.validate(media.schema, body)) return undefined;
  return `${method} ${pattern}: ${answer.status}: ${ajv.errorsText()} in ${answer.text.slice(0, 500)}`;
}
