import type { Machine } from '../../../../stacks/local/node/root-folders';
import { sandboxArguments, type SandboxSource } from '../../../../stacks/local/node/sandbox';
import { podFiles } from '../../../../stacks/local/node/pod-files';
import { container, pod } from './small-plan';

/** A machine as small as can be: path → what is there; a text is a link's target. */
const FILES: Readonly<Record<string, readonly string[] | string | null>> = {
  '/usr': ['bin', 'share'],
  '/usr/bin': ['sh'],
  '/usr/bin/sh': null,
  '/usr/share': ['doc', 'latest'],
  '/usr/share/doc': [],
  '/usr/share/latest': 'doc',
  '/bin': 'usr/bin',
  '/etc': ['hosts', 'shadow', 'ssl'],
  '/etc/ssl': [],
  '/etc/hosts': null,
  '/etc/shadow': null,
  '/tools/kafka': ['bin'],
  '/tools/kafka/bin': [],
};

const machine: Machine = {
  kind: (path) => {
    const found = FILES[path];
    if (found === undefined) return undefined;
    if (found === null) return 'file';
    return typeof found === 'string' ? 'link' : 'folder';
  },
  list: (path) => [FILES[path] ?? []].flat(),
  target: (path) => String(FILES[path]),
};

const source: SandboxSource = {
  volumes: { config: '/run/hyperion/config', data: '/state/claims/shop/data' },
  ownFiles: { '/etc/hosts': '/run/hyperion/own/hosts' },
  controlGroups: {},
};
const thePod = pod({ name: 'web-0', address: '10.244.1.1', subdomain: 'web', containers: [] });

function argumentsOf(given: Partial<Parameters<typeof container>[0]>): string {
  return sandboxArguments(thePod, container({ argv: ['/bin/sh'], ...given }), source, machine).join(' ');
}

test('a container: own user, own namespaces, a read-only root of the machine’s pieces', () => {
  expect(argumentsOf({ env: { MODE: 'test' } })).toBe(
    [
      '--unshare-user --uid 10001 --gid 10001 --unshare-pid --as-pid-1 --unshare-ipc --unshare-cgroup-try',
      '--unshare-uts --hostname web-0 --die-with-parent --clearenv',
      '--setenv PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '--setenv HOME / --setenv HOSTNAME web-0 --setenv MODE test',
      '--proc /proc --dev /dev --dir /tmp --dir /run --dir /var --dir /root',
      '--ro-bind /usr /usr --symlink usr/bin /bin',
      '--ro-bind /etc/ssl /etc/ssl --ro-bind /run/hyperion/own/hosts /etc/hosts',
      '--remount-ro / --chdir /',
    ].join(' '),
  );
});

test('nothing of the machine’s /etc is shown but what programs need', () => {
  expect(argumentsOf({})).not.toContain('shadow');
});

test('volumes are at their paths, writable or not, outer ones before inner ones', () => {
  const text = argumentsOf({
    mounts: [
      { path: '/var/lib/web/conf/app.yaml', volume: 'config', subPath: 'app.yaml', readOnly: true },
      { path: '/var/lib/web/', volume: 'data', subPath: undefined, readOnly: false },
    ],
  });
  expect(text).toContain(
    '--bind /state/claims/shop/data /var/lib/web --ro-bind /run/hyperion/config/app.yaml /var/lib/web/conf/app.yaml',
  );
});

test('a mount of a volume that the pod lacks is a mistake of the plan', () => {
  expect(() =>
    argumentsOf({ mounts: [{ path: '/x', volume: 'missing', subPath: undefined, readOnly: true }] }),
  ).toThrow('mount /x: the pod has no volume missing');
});

test('the image’s files are shown read-only at their paths', () => {
  expect(argumentsOf({ imageFiles: { '/opt/kafka': '/tools/kafka' } })).toContain(
    '--ro-bind /tools/kafka /opt/kafka',
  );
});

test('a folder that lacks a mount point inside is taken apart; its links stay links', () => {
  const text = argumentsOf({
    mounts: [{ path: '/usr/share/grafana', volume: 'config', subPath: undefined, readOnly: true }],
  });
  expect(text).toContain(
    [
      '--dir /usr --symlink usr/bin /bin --ro-bind /usr/bin /usr/bin --dir /usr/share',
      '--ro-bind /etc/ssl /etc/ssl --ro-bind /run/hyperion/own/hosts /etc/hosts',
      '--ro-bind /usr/share/doc /usr/share/doc --symlink doc /usr/share/latest',
      '--ro-bind /run/hyperion/config /usr/share/grafana',
    ].join(' '),
  );
});

test('a mount over something that exists needs no taking apart', () => {
  const text = argumentsOf({
    mounts: [{ path: '/usr/share/doc', volume: 'config', subPath: undefined, readOnly: true }],
  });
  expect(text).toContain('--ro-bind /usr /usr');
  expect(text).toContain('--ro-bind /run/hyperion/config /usr/share/doc');
});

test('the files that a runtime writes: names are found in the pod’s namespace first', () => {
  expect(podFiles(thePod, { user: 999, group: 998 }, '10.96.0.10')).toMatchObject({
    '/etc/hosts':
      '127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.244.1.1 web-0.web.shop.svc.cluster.local web-0\n',
    '/etc/hostname': 'web-0\n',
    '/etc/resolv.conf':
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    '/etc/passwd':
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\napp:x:999:998:app:/:/bin/sh\n',
    '/etc/group': 'root:x:0:\nnobody:x:65534:\napp:x:998:\n',
  });
});
