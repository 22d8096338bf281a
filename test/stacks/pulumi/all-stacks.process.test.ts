/**
 * Every stack as its sample sets it up, recorded: what holds for all of them, whatever their cloud.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOAD_BALANCER_SUBNET } from '../../../constructs/core/internal-load-balancer';
import { evaluateCloud } from '../../../policies/cloud/evaluate';
import { CLOUD_RULES } from '../../../policies/cloud/rules';
import { evaluate } from '../../../policies/evaluate';
import type { Manifest } from '../../../policies/manifest';
import { RULES } from '../../../policies/rules';
import { ENVIRONMENTS } from '../../../stacks/environments';
import { synthesisOf } from '../../environments';
import {
  parseRecording,
  RecordedSecret,
  revealed,
  UNKNOWN,
  type RecordedResource,
  type Recording,
} from '../../infra/record';
import { STACKS } from './stack-runs';

const GOLDEN = join(__dirname, '..', '..', 'golden-stacks');
/** `HYPERION_GOLDEN_STACKS=write npx jest all-stacks` after a change that is meant. */
const WRITES = process.env.HYPERION_GOLDEN_STACKS === 'write';

/** Some 40 s on a machine that has nothing else to do. */
const RECORD_LIMIT_MS = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'hyperion-stacks-'));

beforeAll(async () => {
  const script = join(__dirname, 'record-all.ts');
  await promisify(execFile)(process.execPath, ['-r', 'ts-node/register', script, folder], {
    timeout: RECORD_LIMIT_MS,
  });
}, RECORD_LIMIT_MS);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function recorded(stack: string, mode: 'update' | 'preview'): Recording {
  return parseRecording(readFileSync(join(folder, `${stack}.${mode}.json`), 'utf8'));
}

describe.each(STACKS)('%s', (stack) => {
  let update: Recording;
  let preview: Recording;
  beforeAll(() => {
    update = recorded(stack, 'update');
    preview = recorded(stack, 'preview');
  });

  it('makes exactly these kinds of resources, and so many', () => {
    const file = join(GOLDEN, `${stack}.txt`);
    const counted = countsOf(update);
    if (WRITES) {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(file, counted);
    }
    expect(counted).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
  });

  it('shows in a preview every resource that an update makes, with the same parents and options', () => {
    expect(preview.resources.map(shape)).toEqual(update.resources.map(shape));
  });

  it('makes the cluster’s objects in the same order in both', () => {
    // An update may learn of more to wait for: of what a value was made that was unknown in the preview.
    const waits = new Map(kubernetesObjects(update).map(({ urn, options }) => [urn, options.dependsOn]));
    for (const { urn, options } of kubernetesObjects(preview)) {
      expect(waits.get(urn)).toEqual(expect.arrayContaining([...options.dependsOn]));
    }
  });

  it('sends each object of the synthesis once, under the name that the cluster knows it by', () => {
    const sent = kubernetesObjects(update).map(({ inputs }) => nameOf(inputs));
    const synthesised = synthesisOf(stack).objects.map(({ object }) => nameOf(object));
    expect(sent).toEqual(expect.arrayContaining(synthesised));
    expect(new Set(sent).size).toBe(sent.length);
  });

  it('leaves no placeholder of the cloud unresolved', () => {
    expect(JSON.stringify(update.resources.map(({ inputs }) => inputs))).not.toContain('${cloud:');
    expect(JSON.stringify(update.outputs)).not.toContain('${cloud:');
  });

  it('knows in an update every value that it sends', () => {
    const unknown = update.resources.filter(({ inputs }) => JSON.stringify(inputs).includes(UNKNOWN));
    expect(unknown.map(({ urn }) => urn)).toEqual([]);
  });

  it('shows no generated secret in plain text', () => {
    const plain = [...update.resources.map(({ inputs }) => inputs), update.outputs].map(withoutSecrets);
    expect(JSON.stringify(plain)).not.toContain('random-password-of-');
  });

  it('keeps every policy about clouds, and every one about Kubernetes as it is sent', () => {
    const { tier, exceptions = [], cloudExceptions = [] } = ENVIRONMENTS[stack] ?? { tier: 'prod' };
    const resources = update.resources.map(({ type, name, urn, inputs, options }) => ({
      type,
      name,
      urn,
      props: revealed(inputs) as Record<string, unknown>,
      dependsOn: options.dependsOn,
    }));
    expect(evaluateCloud(CLOUD_RULES, resources, { tier, exceptions: cloudExceptions })).toEqual([]);
    const objects = kubernetesObjects(update).map(({ inputs }) => revealed(inputs) as Manifest);
    expect(evaluate(RULES, objects, { tier, exceptions })).toEqual([]);
  });

  it('makes on Azure the subnet in which Services ask for their load balancers', () => {
    const names = update.resources
      .filter(({ type }) => type === 'azure-native:network:Subnet')
      .map(({ inputs }) => inputs.subnetName);
    const wanted = JSON.stringify(kubernetesObjects(update)).includes('azure-load-balancer-internal-subnet');
    if (names.length > 0 || wanted) expect(names).toContain(LOAD_BALANCER_SUBNET);
  });

  it('hands every object to its own cluster, by the pinned version of the provider', () => {
    const objects = kubernetesObjects(update);
    expect(objects.filter(({ options }) => !options.provider.includes(`::${stack}-cluster::`))).toEqual([]);
    expect(new Set(objects.map(({ options }) => options.version))).toEqual(new Set(['4.34.2']));
  });

  it('keeps in production what holds data, and nothing in development', () => {
    const kept = kubernetesObjects(update).filter(({ options }) => options.protect);
    const retained = kubernetesObjects(update).filter(({ options }) => options.retainOnDelete);
    if (synthesisOf(stack).platform.tier === 'dev') {
      expect([...kept, ...retained]).toEqual([]);
      return;
    }
    expect(kindsOf(kept)).toContain('StatefulSet');
    expect(kindsOf(kept)).toContain('Namespace');
    // A StatefulSet's volumes outlive it; a replacement needs the old one gone.
    expect(kindsOf(retained)).not.toContain('StatefulSet');
    expect(kindsOf(retained)).toContain('Namespace');
  });

  it('makes network rules, secrets and policies before the first pod, and stores before those that write to them', () => {
    const after = closure(update);
    const found = new Map(kubernetesObjects(update).map((one) => [nameOf(one.inputs), one]));
    const { objects } = synthesisOf(stack);
    const running = objects.filter(({ object }) => RUNNING.includes(object.kind));
    for (const { component, wave, object } of running) {
      const before = after(found.get(nameOf(object))?.urn ?? '');
      const needed = objects.filter(
        (other) =>
          (other.component === component &&
            ['ExternalSecret', 'NetworkPolicy'].includes(other.object.kind)) ||
          other.object.kind === 'ValidatingPolicy' ||
          (other.wave < wave && RUNNING.includes(other.object.kind)) ||
          (other.object.kind === 'Namespace' && other.object.metadata.name === object.metadata.namespace),
      );
      const missing = needed.filter((other) => !before.has(found.get(nameOf(other.object))?.urn ?? ''));
      expect(missing.map((other) => `${nameOf(object)} does not wait for ${nameOf(other.object)}`)).toEqual(
        [],
      );
    }
  });
});

const RUNNING = ['DaemonSet', 'Deployment', 'StatefulSet'];

function countsOf({ resources }: Recording): string {
  const counts = new Map<string, number>();
  for (const { type } of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  const lines = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => `${type} ${count}\n`);
  return `${resources.length} resources\n${lines.join('')}`;
}

function shape({ type, name, urn, parent, options }: RecordedResource): unknown {
  const { protect, retainOnDelete, version } = options;
  return { type, name, urn, parent, protect, retainOnDelete, version };
}

function kubernetesObjects({ resources }: Recording): readonly RecordedResource[] {
  return resources.filter(
    ({ type }) => type.startsWith('kubernetes:') && !type.startsWith('kubernetes:helm'),
  );
}

function kindsOf(resources: readonly RecordedResource[]): string[] {
  return resources.map(({ inputs }) => String(inputs.kind));
}

function nameOf({ kind, metadata }: Readonly<Record<string, unknown>>): string {
  const { namespace = '', name } = metadata as { readonly namespace?: string; readonly name: string };
  return `${String(kind)} ${namespace}/${name}`;
}

function withoutSecrets(value: unknown): unknown {
  if (value instanceof RecordedSecret) return '[secret]';
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** Everything that a resource waits for, directly or not. */
function closure({ resources }: Recording): (urn: string) => ReadonlySet<string> {
  const direct = new Map(resources.map(({ urn, options }) => [urn, options.dependsOn]));
  const known = new Map<string, ReadonlySet<string>>();
  const reach = (urn: string): ReadonlySet<string> => {
    const done = known.get(urn);
    if (done !== undefined) return done;
    const found = new Set<string>();
    for (const next of direct.get(urn) ?? []) {
      found.add(next);
      for (const further of reach(next)) found.add(further);
    }
    known.set(urn, found);
    return found;
  };
  return reach;
}
