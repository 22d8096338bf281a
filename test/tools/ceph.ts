/** Ceph with its S3 gateway, under what writes to Rook's object store: a monitor, a disk and a gateway on one machine. */
import { debianPrograms } from './debian-package';
import { needs, type Requirement } from './requirement';
import type { Tool } from './tool';

const VERSION = '16.2.15';

/** `ceph`, the command line, is a Python program with a module for Debian's own Python. */
const PYTHON: Requirement = {
  label: "Debian's Python",
  probe: ['/usr/bin/python3', '--version'],
  versionPattern: /Python (\d+(?:\.\d+)*)/,
  atLeast: '3.11',
  hint: 'Debian package python3',
};

export const ceph = {
  name: 'ceph',
  version: VERSION,
  purpose: 'the object store of environments on premises (Debian’s version stands in for what Rook runs)',
  requires: [needs.debian('12')],
  runsWith: [PYTHON],
  recipe: debianPrograms({
    package: 'ceph-mon',
    version: VERSION,
    programs: {
      ceph: 'usr/bin/ceph',
      'ceph-authtool': 'usr/bin/ceph-authtool',
      'ceph-mon': 'usr/bin/ceph-mon',
      'ceph-osd': 'usr/bin/ceph-osd',
      monmaptool: 'usr/bin/monmaptool',
      radosgw: 'usr/bin/radosgw',
      'radosgw-admin': 'usr/bin/radosgw-admin',
    },
    with: [
      'ceph-base',
      'ceph-common',
      'ceph-osd',
      'radosgw',
      'libaio1',
      'libboost-context1.74.0',
      'libboost-filesystem1.74.0',
      'libboost-iostreams1.74.0',
      'libboost-program-options1.74.0',
      'libboost-thread1.74.0',
      'libcephfs2',
      'libcurl4',
      'libdaxctl1',
      'libfmt9',
      'libfuse2',
      'libgoogle-perftools4',
      'libibverbs1',
      'libicu72',
      'libleveldb1d',
      'liblua5.3-0',
      'libndctl6',
      'libnl-3-200',
      'libnl-route-3-200',
      'libnspr4',
      'libnss3',
      'liboath0',
      'libpmem1',
      'librabbitmq4',
      'librados2',
      'libradosstriper1',
      'librbd1',
      'librdkafka1',
      'librdmacm1',
      'librgw2',
      'libsnappy1v5',
      'libssl3',
      'libtcmalloc-minimal4',
      'python3-ceph-argparse',
      'python3-ceph-common',
      'python3-prettytable',
      'python3-rados',
      'python3-wcwidth',
      'python3-yaml',
    ],
    // Where libceph-common lies.
    libraries: ['usr/lib/x86_64-linux-gnu/ceph'],
  }),
  outputs: [
    'bin/ceph',
    'bin/ceph-authtool',
    'bin/ceph-mon',
    'bin/ceph-osd',
    'bin/monmaptool',
    'bin/radosgw',
    'bin/radosgw-admin',
    'usr/lib/x86_64-linux-gnu/rados-classes/libcls_rgw.so',
  ],
  main: '.',
  checks: [
    { run: ['bin/ceph-mon', '--version'], prints: `ceph version ${VERSION}` },
    { run: ['bin/radosgw', '--version'], prints: `ceph version ${VERSION}` },
  ],
} as const satisfies Tool;
