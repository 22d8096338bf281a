/**
 * Every environment variable that a collector's configuration reads is set in the pod that mounts it, and none is set
 * that nobody reads: a forgotten one is an empty password at run time.
 */
import { ENVIRONMENT_NAMES, parsedManifests, synthesisOf } from '../environments';

interface PodSpec {
  readonly containers: readonly {
    readonly name: string;
    readonly env?: readonly { readonly name: string }[];
    readonly volumeMounts?: readonly { readonly name: string }[];
  }[];
  readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
}

/** Read by Go's runtime and not by the configuration. */
const READ_BY_THE_PROGRAM = ['GOMEMLIMIT'];

/** Those of the systems that are made of collectors. */
const WITH_COLLECTORS = ENVIRONMENT_NAMES.filter((name) => synthesisOf(name).platform.system === 'hyperion');

describe.each(WITH_COLLECTORS)('%s', (name) => {
  const objects = parsedManifests(name);
  const configMaps = new Map(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ metadata, data }) => {
        const { name: mapName, namespace } = metadata as { name: string; namespace: string };
        return [`${namespace}/${mapName}`, Object.values(data as Record<string, string>).join('\n')];
      }),
  );
  const collectors = objects.flatMap(({ metadata, spec }) => {
    const pod = (spec as { template?: { spec: PodSpec } } | undefined)?.template?.spec;
    const container = pod?.containers.find((candidate) => candidate.name.startsWith('otel-'));
    if (pod === undefined || container === undefined) return [];
    const { namespace } = metadata as { namespace: string };
    const mounted = (pod.volumes ?? []).flatMap(({ configMap }) =>
      configMap === undefined ? [] : [configMaps.get(`${namespace}/${configMap.name}`) ?? ''],
    );
    const read = [...mounted.join('\n').matchAll(/\$\{env:([A-Z0-9_]+)\}/g)].map(
      ([, variable]) => variable ?? '',
    );
    return [
      {
        id: container.name,
        read: [...new Set(read)].sort(),
        set: (container.env ?? []).map((variable) => variable.name),
      },
    ];
  });

  test('there are collectors', () => {
    expect(collectors.length).toBeGreaterThanOrEqual(6);
    expect(collectors.some(({ read }) => read.length > 1)).toBe(true);
  });

  test.each(collectors.map((collector) => [collector.id, collector] as const))('%s', (_id, { read, set }) => {
    expect(set.filter((variable) => !READ_BY_THE_PROGRAM.includes(variable)).sort()).toEqual(read);
  });
});
