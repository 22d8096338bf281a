import { CATALOG, imageOf } from '../../../constructs/core/catalog';
import type { Manifest } from '../../../policies/manifest';
import { problemsAfter, problemsWithout, problemsWith, at, TEMPLATE } from './sound-objects';

describe('Services', () => {
  test('one that selects no pod', () => {
    const text = problemsAfter('Service', 'store', (service) => {
      at(service, 'spec').selector = { app: 'stoer' };
    });
    expect(text).toBe(
      [
        'small-dev/store: Service small/store: spec.selector = {"app":"stoer"}',
        '  rule:   a Service selects the pods of some workload in its namespace, and this one selects none',
        "  remedy: select the labels of the workload's pod template",
      ].join('\n'),
    );
  });

  test('one that leads to a closed port', () => {
    const text = problemsAfter('Service', 'store', (service) => {
      at(service, 'spec', 'ports', 0).targetPort = 3101;
    });
    expect(text).toBe(
      [
        'small-dev/store: Service small/store: spec.ports[http].targetPort = 3101',
        '  rule:   no container of StatefulSet store opens this TCP port; open are 3100/TCP (http)',
        '  remedy: point the Service at an open port, or open this one with workload.listen',
      ].join('\n'),
    );
  });

  test('one whose protocol nobody speaks at that port', () => {
    const text = problemsAfter('Service', 'store', (service) => {
      at(service, 'spec', 'ports', 0).protocol = 'UDP';
    });
    expect(text).toContain('no container of StatefulSet store opens this UDP port');
  });

  test('one pod of a StatefulSet, by its name', () => {
    const problemsFor = (pod: string): string =>
      problemsAfter('Service', 'store', (service) => {
        at(service, 'spec').selector = { 'statefulset.kubernetes.io/pod-name': pod };
      });
    expect(problemsFor('store-0')).toBe('');
    expect(problemsFor('store-7')).toContain('and this one selects none');
  });

  test('a named port is found by its name', () => {
    const text = problemsAfter('Service', 'store', (service) => {
      at(service, 'spec', 'ports', 0).targetPort = 'http';
    });
    expect(text).toBe('');
  });

  test('a StatefulSet without its Service', () => {
    expect(problemsWithout('Service', 'store-headless')).toContain(
      'StatefulSet small/store: spec.serviceName = "store-headless"\n  rule:   a StatefulSet names a Service of its namespace',
    );
  });

  test('an Ingress that leads nowhere, or to a port that is not there', () => {
    const ingress = (service: string, port: number): Manifest => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'small' },
      spec: {
        rules: [
          {
            http: { paths: [{ path: '/', backend: { service: { name: service, port: { number: port } } } }] },
          },
        ],
      },
    });
    expect(problemsWith(ingress('nobody', 80))).toContain(
      'Ingress small/web: spec.rules paths[/].backend = "nobody:80"\n  rule:   an Ingress leads to a Service of its own namespace',
    );
    expect(problemsWith(ingress('store', 80))).toContain('an Ingress leads to a port that its Service has');
    expect(problemsWith(ingress('store', 3100))).toBe('');
  });
});

describe('probes', () => {
  test('one that asks at a closed port', () => {
    const text = problemsAfter('StatefulSet', 'store', (set) => {
      at(set, ...TEMPLATE, 'containers', 0, 'readinessProbe', 'httpGet').port = 9999;
    });
    expect(text).toBe(
      [
        'small-dev/store: StatefulSet small/store: spec.template.spec.containers[store].readinessProbe.httpGet.port = 9999',
        '  rule:   a probe asks at a port that the pod opens; open are 3100/TCP (http)',
        '  remedy: probe an open port, or open this one with workload.listen',
      ].join('\n'),
    );
  });

  test('one that runs a command in an image without a shell', () => {
    const text = problemsAfter('StatefulSet', 'store', (set) => {
      at(set, ...TEMPLATE, 'containers', 0).livenessProbe = { exec: { command: ['/bin/true'] } };
    });
    expect(text).toContain(
      `containers[store].livenessProbe.exec.command = ["/bin/true"]\n  rule:   ${imageOf(CATALOG.loki)} is distroless: there is no shell and no tool to run\n  remedy: probe over HTTP or TCP`,
    );
  });
});
