/** What the loopback cluster isolates containers and enforces NetworkPolicies with: bubblewrap and nftables. */
import { combined } from './combined';
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const BUBBLEWRAP = '0.8.0';
const NFTABLES = '1.0.6';

export const sandbox = {
  name: 'sandbox',
  version: `${BUBBLEWRAP}+${NFTABLES}`,
  purpose: 'bwrap and nft: the loopback cluster’s containers and its network policies',
  requires: [needs.debian('12')],
  runsWith: [needs.ip('5.0'), needs.utilLinux('unshare', '2.36'), needs.utilLinux('nsenter', '2.36')],
  recipe: combined(
    debianPrograms({
      package: 'bubblewrap',
      version: BUBBLEWRAP,
      programs: { bwrap: 'usr/bin/bwrap' },
    }),
    debianPrograms({
      package: 'nftables',
      version: NFTABLES,
      programs: { nft: 'usr/sbin/nft' },
      with: [
        'libnftables1',
        'libnftnl11',
        'libmnl0',
        'libjansson4',
        'libxtables12',
        'libedit2',
        'libbsd0',
        'libgmp10',
        'libmd0',
      ],
    }),
  ),
  outputs: ['bin/bwrap', 'bin/nft'],
  main: '.',
  checks: [
    { run: ['bin/bwrap', '--version'], prints: `bubblewrap ${BUBBLEWRAP}` },
    { run: ['bin/nft', '--version'], prints: `nftables v${NFTABLES}` },
  ],
} as const satisfies Tool;
