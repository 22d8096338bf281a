import { awaitAnnotations, keepingOf, KubernetesObject, resourceName } from '../../../stacks/pulumi/objects';
import { recordProgram } from '../../infra/record';

const named = (kind: string, namespace?: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'any', ...(namespace === undefined ? {} : { namespace }) },
});
const stateful = (namespace: string, claims: number) => ({
  ...named('StatefulSet', namespace),
  spec: { volumeClaimTemplates: Array.from({ length: claims }, () => ({})) },
});

describe('an object', () => {
  it('is a resource of the provider’s own type, named as the cluster knows it', async () => {
    const { resources } = await recordProgram(() => {
      for (const [apiVersion, kind] of [
        ['v1', 'Service'],
        ['apps/v1', 'Deployment'],
        ['external-secrets.io/v1', 'ExternalSecret'],
      ] as const) {
        new KubernetesObject({ apiVersion, kind, metadata: { name: 'any', namespace: 'here' } }, {});
      }
    });
    expect(resources.map(({ type, name }) => [type, name]).sort()).toEqual([
      ['kubernetes:apps/v1:Deployment', 'Deployment/here/any'],
      ['kubernetes:core/v1:Service', 'Service/here/any'],
      ['kubernetes:external-secrets.io/v1:ExternalSecret', 'ExternalSecret/here/any'],
    ]);
    expect(resources[0]?.inputs).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'any', namespace: 'here' },
    });
  });

  it('of the whole cluster has no namespace in its name', () => {
    expect(resourceName(named('Namespace'))).toBe('Namespace/any');
  });
});

describe('keepingOf', () => {
  it('keeps claims, and namespaces that have some', () => {
    const kept = { protect: true, retainOnDelete: true };
    const claim = named('PersistentVolumeClaim', 'any');
    expect(keepingOf(claim, [])).toEqual(kept);
    expect(keepingOf(named('ObjectBucketClaim', 'any'), [])).toEqual(kept);
    expect(keepingOf(named('Namespace'), [claim])).toEqual(kept);
    expect(keepingOf(named('Namespace'), [stateful('any', 1)])).toEqual(kept);
  });

  it('protects a StatefulSet with volumes, which outlive it', () => {
    expect(keepingOf(stateful('any', 1), [])).toEqual({ protect: true, retainOnDelete: false });
  });

  it('lets go of everything else', () => {
    const free = { protect: false, retainOnDelete: false };
    expect(keepingOf(stateful('any', 0), [])).toEqual(free);
    expect(keepingOf(named('Namespace'), [stateful('any', 0), stateful('other', 1)])).toEqual(free);
    expect(keepingOf(named('ConfigMap', 'any'), [])).toEqual(free);
  });
});

describe('awaitAnnotations', () => {
  const options = { until: 'ready', ingressClasses: new Set(['own']) } as const;
  const skip = { 'pulumi.com/skipAwait': 'true' };

  it('name the readiness that the provider does not know by itself', () => {
    expect(awaitAnnotations(named('ExternalSecret'), options)).toEqual({
      'pulumi.com/waitFor': 'condition=Ready',
    });
    expect(awaitAnnotations(named('Deployment'), options)).toEqual({});
  });

  it('wait for no Ingress whose controller tells no address', () => {
    const ingress = (ingressClassName: string) => ({ ...named('Ingress'), spec: { ingressClassName } });
    expect(awaitAnnotations(ingress('own'), options)).toEqual(skip);
    expect(awaitAnnotations(ingress('alb'), options)).toEqual({});
  });

  it('wait for no task that somebody starts by hand', () => {
    expect(awaitAnnotations({ ...named('Job'), spec: { suspend: true } }, options)).toEqual(skip);
    expect(awaitAnnotations({ ...named('Job'), spec: {} }, options)).toEqual({});
  });

  it('wait for nothing where nothing can run', () => {
    expect(awaitAnnotations(named('Deployment'), { ...options, until: 'applied' })).toEqual(skip);
  });
});
