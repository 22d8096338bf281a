/**
 * Runs a Pulumi program against a server that answers as AWS does: each resource goes to the calls that the AWS provider
 * would make for it, and what AWS answers (IDs, ARNs) is what the rest of the program gets.
 *
 * What this proves: AWS's own client and Moto take the calls, with IDs that exist. Not proved: that the real provider makes
 * exactly these calls, nor what Moto does not judge.
 */
import { runtime } from '@pulumi/pulumi';
import { recordProgram, revealed } from '../../infra/record';
import type { AwsServer } from './aws-server';
import type { Inputs, Made, Makers } from './maker';

export interface Deployment {
  /** What AWS made. */
  readonly made: readonly MadeResource[];
  /** `type name: AWS's words`. */
  readonly refused: readonly string[];
  /** Types that nobody here asks AWS for; sorted. */
  readonly leftOut: readonly string[];
  readonly outputs: Inputs;
}

interface MadeResource extends Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
}

interface DeployProps {
  readonly stack: string;
  readonly makers: Makers;
  /** Outputs of the stack that this one refers to. @default it refers to none */
  readonly hub?: Inputs;
}

/** @param run makes the resources, and returns the stack's outputs */
export async function deploy(
  aws: AwsServer,
  { stack, makers, hub }: DeployProps,
  run: () => unknown,
): Promise<Deployment> {
  const made: MadeResource[] = [];
  const refused: string[] = [];
  const leftOut = new Set<string>();
  const make = async (type: string, name: string, inputs: Inputs): Promise<Made | undefined> => {
    const maker = makers[type];
    if (maker === undefined) {
      if (type.startsWith('aws:')) leftOut.add(type);
      return undefined;
    }
    try {
      const answer = await maker({ aws, name, inputs });
      made.push({ type, name, inputs, ...answer });
      return answer;
    } catch (error) {
      // Whatever it is, and the program goes on: a mock that throws leaves it waiting for ever.
      refused.push(`${type} ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const { outputs } = await recordProgram(run, {
    stack,
    outputs: ({ type }) =>
      hub !== undefined && type === 'pulumi:pulumi:StackReference' ? { outputs: hub } : undefined,
    make: async ({ type, name, inputs }) => {
      const answer = await make(type, name, plain(inputs) as Inputs);
      return answer === undefined ? undefined : { id: answer.id, state: answer.state ?? {} };
    },
  });
  return {
    made,
    refused: refused.sort(),
    leftOut: [...leftOut].sort(),
    outputs: revealed(outputs) as Inputs,
  };
}

/** The marks of secrets taken off: AWS gets the values themselves. */
function plain(value: unknown): unknown {
  if (runtime.isRpcSecret(value)) return plain(runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
