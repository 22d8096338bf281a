/**
 * Runs a Pulumi program against Pulumi's mocks and keeps what it asked the engine for: every resource with its exact inputs,
 * its parent, and the options that decide its fate.
 *
 * What this proves: the requests a program makes. What it cannot: whether a provider would take them.
 */
import { runInThisContext } from 'node:vm';
import * as pulumi from '@pulumi/pulumi';
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from '@pulumi/pulumi/proto/resource_pb';
import { standInCall, standInId, standInState } from './stand-in-outputs';

export interface RecordOptions {
  /** As in `pulumi preview`: what only the cloud knows stays unknown. @default false */
  readonly preview?: boolean;
  /** @default 'hyperion-dev' */
  readonly stack?: string;
  /** @default 'hyperion' */
  readonly project?: string;
  /** The stack's settings, by full key, e.g. `hyperion:cloud`; what is not a string is written as JSON. @default none */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Keys of `config` that are secrets. @default none */
  readonly secretConfig?: readonly string[];
  /** Outputs of a resource beside its inputs, in an update; wins over `stand-in-outputs.ts`. @default none */
  readonly outputs?: (resource: {
    readonly type: string;
    readonly name: string;
    readonly inputs: Inputs;
  }) => Readonly<Record<string, unknown>> | undefined;
  /** Makes a resource with a server that answers as the cloud does. @default a stand-in makes all of them */
  readonly make?: (resource: {
    readonly type: string;
    readonly name: string;
    readonly inputs: Inputs;
  }) => Promise<{ readonly id: string; readonly state: Readonly<Record<string, unknown>> } | undefined>;
}

export type Inputs = Readonly<Record<string, unknown>>;

export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of its parent; the stack itself is `undefined`. */
  readonly parent: string | undefined;
  /** Plain data; a secret is a `RecordedSecret`, an unknown value is `UNKNOWN`, a resource is its URN. */
  readonly inputs: Inputs;
  readonly options: RecordedOptions;
}

export interface RecordedOptions {
  /** False for a component, which only groups others. */
  readonly custom: boolean;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** URNs of everything that it waits for, what its inputs use included; sorted. */
  readonly dependsOn: readonly string[];
  readonly provider: string;
  readonly version: string;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly timeouts: { readonly create: string; readonly update: string; readonly delete: string };
}

export interface Recording {
  /** In the order of their names, so that two runs compare. */
  readonly resources: readonly RecordedResource[];
  /** What the program returned, marked as inputs are. */
  readonly outputs: Inputs;
}

/** Stands for what only the cloud knows, in a preview. */
export const UNKNOWN = '<unknown>';

export class RecordedSecret {
  public constructor(public readonly value: unknown) {}

  public toJSON(): unknown {
    return { [SECRET]: this.value };
  }
}

/** A recording that another process wrote as JSON. */
export function parseRecording(text: string): Recording {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && SECRET in value
      ? new RecordedSecret(value[SECRET])
      : value,
  ) as Recording;
}

/** Without the marks of secrets: what a policy gets to see. */
export function revealed(value: unknown): unknown {
  if (value instanceof RecordedSecret) return revealed(value.value);
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

/**
 * @param run makes the resources; what it returns are the stack's outputs
 * @throws what the program throws, also in an `apply`, and for two resources of one URN
 */
export async function recordProgram(run: () => unknown, options: RecordOptions = {}): Promise<Recording> {
  const preview = options.preview ?? false;
  const project = options.project ?? 'hyperion';
  const records = new Map<string, RecordedResource>();
  const secretOutputs = new Map<string, readonly string[]>();
  const mocks: pulumi.runtime.Mocks = {
    newResource: async ({ type, name, inputs, id }) => {
      const given = inputs as Inputs;
      // As the engine does: in a preview a new resource has no ID yet, and shows its inputs alone.
      if (preview) return { id, state: given };
      const made = await options.make?.({ type, name, inputs: given });
      const known = new Map<string, unknown>(
        Object.entries({
          ...standInState(type, name, given),
          ...options.outputs?.({ type, name, inputs: given }),
          ...made?.state,
        }),
      );
      for (const key of secretOutputs.get(`${type} ${name}`) ?? []) {
        if (known.has(key)) known.set(key, pulumi.secret(known.get(key)));
      }
      return {
        id: made?.id ?? standInId(type, name, given, id),
        state: { ...given, ...Object.fromEntries(known) },
      };
    },
    call: ({ token, inputs }) => standInCall(token, inputs as Inputs),
  };
  await pulumi.runtime.setMocks(mocks, project, options.stack ?? 'hyperion-dev', preview);
  pulumi.runtime.setAllConfig(configOf(options), [...(options.secretConfig ?? [])]);
  const stack = listen(records, secretOutputs);
  const frames = Error.stackTraceLimit;
  // Pulumi takes a stack trace for each promise, and jest looks up each frame's source: two thirds of the time of a run.
  Error.stackTraceLimit = 0;
  await withoutLostErrors(async () => {
    await pulumi.runtime.runInPulumiStack(async () => (await run()) as pulumi.Inputs | undefined);
    await pulumi.runtime.disconnect();
  }).finally(() => {
    Error.stackTraceLimit = frames;
  });
  return {
    resources: [...records.values()].sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    outputs: stack.outputs,
  };
}

function configOf({ config }: RecordOptions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

const STACK = 'pulumi:pulumi:Stack';

type Answer = (error: unknown, response?: { getUrn(): string }) => void;
interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: RegisterResourceRequest, answer: Answer): Promise<void>;
  readResource(request: ReadResourceRequest, answer: Answer): Promise<void>;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, answer: Answer): void;
}

/** Pulumi's mocks are told of names and inputs alone; the requests behind them say the rest. */
function listen(
  records: Map<string, RecordedResource>,
  secretOutputs: Map<string, readonly string[]>,
): { outputs: Inputs } {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const stack: { outputs: Inputs; urn?: string } = { outputs: {} };
  const keep = (record: RecordedResource): void => {
    if (records.has(record.urn)) throw new Error(`two resources have the URN ${record.urn}`);
    records.set(record.urn, record);
  };
  monitor.newUrn = urn;
  const mocked = {
    register: monitor.registerResource.bind(monitor),
    read: monitor.readResource.bind(monitor),
    outputs: monitor.registerResourceOutputs.bind(monitor),
  };
  monitor.registerResource = (request, answer) => {
    secretOutputs.set(`${request.getType()} ${request.getName()}`, request.getAdditionalsecretoutputsList());
    return mocked.register(request, (error, response) => {
      const answered = response?.getUrn() ?? '';
      if (request.getType() === STACK) stack.urn = answered;
      else if (error === null) keep(registered(request, answered, stack.urn));
      answer(error, response);
    });
  };
  monitor.readResource = (request, answer) =>
    mocked.read(request, (error, response) => {
      if (error === null) keep(readOnly(request, response?.getUrn() ?? '', stack.urn));
      answer(error, response);
    });
  monitor.registerResourceOutputs = (request, answer) => {
    if (request.getUrn() === stack.urn)
      stack.outputs = marked(request.getOutputs()?.toJavaScript()) as Inputs;
    mocked.outputs(request, answer);
  };
  return stack;
}

/** As the engine makes it: a parent's types stand before the resource's own, but for the stack's. Mocks know the last only. */
function urn(parent: string, type: string, name: string): string {
  const types = parent.split('::')[2] ?? STACK;
  const path = types === STACK ? type : `${types}$${type}`;
  return `urn:pulumi:${[pulumi.getStack(), pulumi.getProject(), path, name].join('::')}`;
}

function registered(
  request: RegisterResourceRequest,
  urn: string,
  stack: string | undefined,
): RecordedResource {
  const timeouts = request.getCustomtimeouts();
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: parentOf(request.getParent(), stack),
    inputs: marked(request.getObject()?.toJavaScript()) as Inputs,
    options: {
      custom: request.getCustom(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      dependsOn: request.getDependenciesList().sort(),
      provider: request.getProvider(),
      version: request.getVersion(),
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      timeouts: {
        create: timeouts?.getCreate() ?? '',
        update: timeouts?.getUpdate() ?? '',
        delete: timeouts?.getDelete() ?? '',
      },
    },
  };
}

/** A resource that somebody else made and that the program only looks up (`Vpc.get`). */
function readOnly(request: ReadResourceRequest, urn: string, stack: string | undefined): RecordedResource {
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: parentOf(request.getParent(), stack),
    inputs: { id: request.getId() },
    options: {
      custom: true,
      protect: false,
      retainOnDelete: true,
      dependsOn: request.getDependenciesList().sort(),
      provider: request.getProvider(),
      version: request.getVersion(),
      ignoreChanges: [],
      replaceOnChanges: [],
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      deleteBeforeReplace: false,
      timeouts: { create: '', update: '', delete: '' },
    },
  };
}

function parentOf(parent: string, stack: string | undefined): string | undefined {
  return parent === '' || parent === stack ? undefined : parent;
}

/** How Pulumi writes what JSON cannot say: `{ [SIGNATURE]: kind, … }`, and a string that stands for the unknown. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const RESOURCE = '5cf8f73096256a8f31e491e813e4eb8e';
const UNKNOWN_VALUE = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

function marked(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(UNKNOWN_VALUE, UNKNOWN);
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Inputs;
  if (fields[SIGNATURE] === SECRET) return new RecordedSecret(marked(fields.value));
  if (fields[SIGNATURE] === RESOURCE) return fields.urn;
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, marked(inner)]));
}

/** Jest gives tests a copy of `process`, which hears nothing of what happens to the real one. */
const realProcess = runInThisContext('process') as NodeJS.Process;

/** An error in an `apply` reaches nobody who awaits it, and leaves the program waiting for ever: here it ends the run. */
async function withoutLostErrors(run: () => Promise<void>): Promise<void> {
  let onLost: (error: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    onLost = reject;
  });
  // Jest's own listener would fail the test that expects such an error.
  const listeners = realProcess.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  realProcess.removeAllListeners('unhandledRejection').on('unhandledRejection', onLost);
  try {
    await Promise.race([run().then(settled), lost]);
  } catch (error) {
    // One error rejects many promises: each output of each resource that waits for it.
    await settled();
    throw error;
  } finally {
    realProcess.off('unhandledRejection', onLost);
    for (const listener of listeners) realProcess.on('unhandledRejection', listener);
  }
}

/** Rejections are told after the turn in which they happened, and pass on from promise to promise. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
