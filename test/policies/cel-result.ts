import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';

const environment = celEnv();
const programs = new Map<string, ReturnType<typeof plan>>();

/**
 * Evaluates CEL over plain data, with the library as it comes. Written apart from `policies/evaluate.ts`, whose answers
 * it is compared with.
 *
 * @throws Error where CEL gives an error
 */
export function celResult(expression: string, object: unknown): unknown {
  let program = programs.get(expression);
  if (program === undefined) {
    program = plan(environment, parse(expression));
    programs.set(expression, program);
  }
  const result = program({ object: toInput(object) });
  if (isCelError(result)) throw new Error(`${expression}: ${result.message}`);
  return result;
}

function toInput(value: unknown): CelInput {
  return JSON.parse(JSON.stringify(value), (_, field: unknown) =>
    typeof field === 'number' && Number.isInteger(field) ? BigInt(field) : field,
  ) as CelInput;
}
