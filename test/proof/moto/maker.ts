/** How one type of Pulumi's AWS resources becomes calls to AWS. */
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import type { AwsServer, Value } from './aws-server';

export type Inputs = Readonly<Record<string, unknown>>;

export interface Wanted {
  readonly aws: AwsServer;
  /** Pulumi's own name of it. */
  readonly name: string;
  readonly inputs: Inputs;
}

export interface Made {
  readonly id: string;
  /** Outputs beside the inputs. @default none */
  readonly state?: Readonly<Record<string, unknown>>;
}

type Maker = (wanted: Wanted) => Promise<Made>;
export type Makers = Readonly<Record<string, Maker>>;

/** A text that AWS answered. @throws Error when it did not */
export function answered(value: Value, ...path: readonly string[]): string {
  const text = textAt(value, ...path);
  if (text === undefined) throw new Error(`AWS did not answer ${path.join('.')}: ${JSON.stringify(value)}`);
  return text;
}

/** The first of a list that AWS answered. */
export function firstOf(value: Value, ...path: readonly string[]): Value {
  return fieldsAt(listAt(value, ...path)[0]);
}

/** Without what is not set: AWS's client takes no `null`. */
export function given(params: Inputs): Inputs {
  return Object.fromEntries(
    Object.entries(params).filter(([, value]) => value !== undefined && value !== null),
  );
}

export function tagList(inputs: Inputs): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(fieldsAt(inputs.tags)).map(([Key, Value]) => ({ Key, Value: String(Value) }));
}
