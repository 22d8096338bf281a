import type { Manifest } from '../../../policies/manifest';
import { problemsAfter, problemsWithout, problemsWith, pod, at, TEMPLATE, type Loose } from './sound-objects';

describe('Secrets and ConfigMaps', () => {
  test('a Secret that nobody makes', () => {
    expect(problemsWithout('ExternalSecret', 'store-secrets')).toBe(
      [
        'small-dev/store: StatefulSet small/store: spec.template.spec.containers[store].env[PASSWORD] = "store-secrets"',
        '  rule:   nobody makes a Secret of this name in namespace small',
        '  remedy: take the name from component.secret(…) or from a certificate',
      ].join('\n'),
    );
  });

  test('a key that the Secret does not have', () => {
    const text = problemsAfter('ExternalSecret', 'store-secrets', (secret) => {
      at(secret, 'spec', 'data', 0).secretKey = 'other';
    });
    expect(text).toContain(
      'env[PASSWORD] = "store-secrets/store-password"\n  rule:   Secret store-secrets has no such key; it has other\n  remedy: take one of its keys, or add this one where it is made',
    );
  });

  test('an optional key may be missing', () => {
    const text = problemsAfter('StatefulSet', 'store', (set) => {
      const env = at(set, ...TEMPLATE, 'containers', 0, 'env', 0, 'valueFrom', 'secretKeyRef');
      Object.assign(env, { name: 'not-there', optional: true });
    });
    expect(text).toBe('');
  });

  test('a ConfigMap that nobody makes', () => {
    expect(problemsWithout('ConfigMap', 'store-config')).toContain(
      'spec.template.spec.volumes[config-store-config] = "store-config"\n  rule:   nobody makes a ConfigMap of this name in namespace small\n  remedy: take the name from component.configMap(…)',
    );
  });

  test('an item of a volume that the ConfigMap does not have', () => {
    const text = problemsAfter('StatefulSet', 'store', (set) => {
      const volumes = at(set, ...TEMPLATE).volumes as Loose[];
      Object.assign(volumes[0]?.configMap as Loose, { items: [{ key: 'other.yaml', path: 'x' }] });
    });
    expect(text).toContain(
      '"store-config/other.yaml"\n  rule:   ConfigMap store-config has no such key; it has config.yaml',
    );
  });

  test('envFrom, projected volumes and image pull secrets are read too', () => {
    const text = problemsAfter('StatefulSet', 'store', (set) => {
      const pod = at(set, ...TEMPLATE);
      at(pod, 'containers', 0).envFrom = [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'b' } }];
      pod.imagePullSecrets = [{ name: 'c' }];
      const volumes = pod.volumes as Loose[];
      volumes.push({
        name: 'p',
        projected: { sources: [{ secret: { name: 'd' } }, { configMap: { name: 'kube-root-ca.crt' } }] },
      });
    });
    expect(text.match(/: \S+ = "[a-d]"$/gm)).toEqual([
      ': spec.template.spec.containers[store].envFrom = "a"',
      ': spec.template.spec.containers[store].envFrom = "b"',
      ': spec.template.spec.volumes[p] = "d"',
      ': spec.template.spec.imagePullSecrets = "c"',
    ]);
  });

  const wants = (name: string, key: string): Manifest[] =>
    pod({ containers: [{ name: 'c', env: [{ name: 'X', valueFrom: { secretKeyRef: { name, key } } }] }] });
  const made = (kind: string, name: string, spec: object): Manifest => ({
    apiVersion: 'x/v1',
    kind,
    metadata: { name, namespace: 'small' },
    spec,
  });

  test.each([
    ['a certificate', made('Certificate', 'c', { secretName: 's' }), 's', 'ca.crt', true],
    [
      'a certificate without the combined file',
      made('Certificate', 'c', { secretName: 's' }),
      's',
      'tls-combined.pem',
      false,
    ],
    [
      'a certificate with the combined file',
      made('Certificate', 'c', { secretName: 's', additionalOutputFormats: [{ type: 'CombinedPEM' }] }),
      's',
      'tls-combined.pem',
      true,
    ],
    [
      'a TLS user of Strimzi',
      made('KafkaUser', 'u', { authentication: { type: 'tls' } }),
      'u',
      'user.crt',
      true,
    ],
    [
      'a SCRAM user of Strimzi',
      made('KafkaUser', 'u', { authentication: { type: 'scram-sha-512' } }),
      'u',
      'user.crt',
      false,
    ],
    ["Strimzi's cluster authority", made('Kafka', 'k', {}), 'k-cluster-ca-cert', 'ca.crt', true],
    [
      'an external secret that fetches whatever is there',
      made('ExternalSecret', 'e', { dataFrom: [{}] }),
      'e',
      'any',
      true,
    ],
    [
      'an external secret whose template replaces what it fetched',
      made('ExternalSecret', 'e', {
        data: [{ secretKey: 'k' }],
        target: { template: { data: { url: '' } } },
      }),
      'e',
      'k',
      false,
    ],
    [
      'an external secret whose template adds to what it fetched',
      made('ExternalSecret', 'e', {
        data: [{ secretKey: 'k' }],
        target: { template: { mergePolicy: 'Merge', data: { url: '' } } },
      }),
      'e',
      'k',
      true,
    ],
  ])('%s', (_title, maker, name, key, isThere) => {
    const text = problemsWith(maker, ...wants(name, key));
    expect(text.includes('has no such key') || text.includes('nobody makes')).toBe(!isThere);
  });

  test('the certificate of an Ingress', () => {
    const ingress: Manifest = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'small' },
      spec: { tls: [{ secretName: 'web-tls' }] },
    };
    expect(problemsWith(ingress)).toContain('Ingress small/web: spec.tls.secretName = "web-tls"');
    expect(problemsWith(ingress, made('Certificate', 'web', { secretName: 'web-tls' }))).toBe('');
  });
});
