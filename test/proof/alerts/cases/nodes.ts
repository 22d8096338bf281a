/** The alerts of nodes, as node-exporter tells of them. */
import type { AlertCases } from './case';

const NODE = 'job="node-exporter", instance="node-a"';
const ROOT = `${NODE}, mountpoint="/", fstype="ext4"`;
/** Read-only images are always full. */
const IMAGE = `${NODE}, mountpoint="/snap", fstype="squashfs"`;
const FIRES = { instance: 'node-a', component: 'nodes' } as const;
const GIB = 1024 ** 3;

const room = (available: string): Readonly<Record<string, string>> => ({
  [`node_filesystem_avail_bytes{${ROOT}}`]: available,
  [`node_filesystem_size_bytes{${ROOT}}`]: `${100 * GIB}x480`,
  [`node_filesystem_avail_bytes{${IMAGE}}`]: '0x480',
  [`node_filesystem_size_bytes{${IMAGE}}`]: '1000x480',
});
const memory = (gib: number): Readonly<Record<string, string>> => ({
  [`node_memory_MemAvailable_bytes{${NODE}}`]: `${gib * GIB}x60`,
  [`node_memory_MemTotal_bytes{${NODE}}`]: `${64 * GIB}x60`,
});

export const nodeCases: AlertCases = () => [
  {
    alert: 'NodeDiskFilling',
    // Of 100 GiB 17 are left after eight hours, and one goes every hour.
    series: room(`${25 * GIB}-${Math.round(GIB / 60)}x480`),
    // As little, and it does not move.
    silent: room(`${19 * GIB}x480`),
    after: '8h',
    fires: { ...FIRES, mountpoint: '/', severity: 'warning' },
  },
  {
    alert: 'NodeDiskFull',
    series: room(`${4 * GIB}x60`),
    silent: room(`${6 * GIB}x60`),
    fires: { ...FIRES, mountpoint: '/', severity: 'critical' },
  },
  {
    alert: 'NodeInodesShort',
    series: {
      [`node_filesystem_files_free{${ROOT}}`]: '100x60',
      [`node_filesystem_files{${ROOT}}`]: '10000x60',
    },
    silent: {
      [`node_filesystem_files_free{${ROOT}}`]: '9000x60',
      [`node_filesystem_files{${ROOT}}`]: '10000x60',
      // Some have no fixed number of them.
      [`node_filesystem_files_free{${NODE}, mountpoint="/data", fstype="btrfs"}`]: '0x60',
      [`node_filesystem_files{${NODE}, mountpoint="/data", fstype="btrfs"}`]: '0x60',
    },
    fires: { ...FIRES, mountpoint: '/', severity: 'warning' },
  },
  {
    alert: 'NodeMemoryShort',
    series: memory(1),
    silent: memory(4),
    fires: { ...FIRES, severity: 'warning' },
  },
  {
    alert: 'NodeCpuSaturated',
    series: {
      [`node_cpu_seconds_total{${NODE}, cpu="0", mode="idle"}`]: '0+1x60',
      [`node_cpu_seconds_total{${NODE}, cpu="1", mode="idle"}`]: '0+1x60',
    },
    // One of two has nothing to do.
    silent: {
      [`node_cpu_seconds_total{${NODE}, cpu="0", mode="idle"}`]: '0+1x60',
      [`node_cpu_seconds_total{${NODE}, cpu="1", mode="idle"}`]: '0+58x60',
    },
    fires: { ...FIRES, severity: 'warning' },
  },
  {
    alert: 'NodeClockDrifts',
    series: { [`node_timex_offset_seconds{${NODE}}`]: '0.06+0.001x60' },
    // Comes back.
    silent: { [`node_timex_offset_seconds{${NODE}}`]: '0.2-0.001x60' },
    fires: { ...FIRES, severity: 'warning' },
  },
  {
    alert: 'NodeClockUnsynchronised',
    series: {
      [`node_timex_sync_status{${NODE}}`]: '0x60',
      [`node_timex_maxerror_seconds{${NODE}}`]: '16x60',
    },
    // It has just started.
    silent: {
      [`node_timex_sync_status{${NODE}}`]: '0x60',
      [`node_timex_maxerror_seconds{${NODE}}`]: '0.5x60',
    },
    fires: { ...FIRES, severity: 'warning' },
  },
];
