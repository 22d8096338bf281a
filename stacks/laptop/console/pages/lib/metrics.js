/** What is known of the DCGM fields: names and units for people. Others are shown under their own names. */
import { number } from './format.js';

const KNOWN = {
  DCGM_FI_DEV_GPU_TEMP: { label: 'GPU temperature', unit: '°C' },
  DCGM_FI_DEV_POWER_USAGE: { label: 'Power draw', unit: 'W' },
  DCGM_FI_DEV_GPU_UTIL: { label: 'GPU utilisation', unit: '%', floor: 0 },
  DCGM_FI_DEV_MEM_COPY_UTIL: { label: 'Memory copy utilisation', unit: '%', floor: 0 },
  DCGM_FI_DEV_SM_CLOCK: { label: 'SM clock', unit: 'MHz' },
  DCGM_FI_DEV_MEM_CLOCK: { label: 'Memory clock', unit: 'MHz' },
  DCGM_FI_DEV_FB_USED: { label: 'Frame buffer used', unit: 'GiB', scale: 1 / 1024, digits: 1, floor: 0 },
  DCGM_FI_DEV_FB_FREE: { label: 'Frame buffer free', unit: 'GiB', scale: 1 / 1024, digits: 1, floor: 0 },
  DCGM_FI_DEV_XID_ERRORS: { label: 'Last XID error', unit: '', floor: 0 },
  DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: { label: 'Double-bit ECC errors', unit: '', floor: 0 },
};

export const FIRST_METRIC = 'DCGM_FI_DEV_GPU_TEMP';
const ORDER = Object.keys(KNOWN);

export function describe(name) {
  const { label = name, unit = '', scale = 1, digits = 0, floor } = KNOWN[name] ?? {};
  return { name, label, unit, scale, digits, floor };
}

/** Known ones first, as above. */
export function sorted(names) {
  const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...names].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** As it is shown; values are scaled already. */
export function shown({ digits }, value) {
  return number(value, digits);
}

export function gpuName({ hostname, gpuId, uuid }) {
  return hostname === undefined ? uuid : `${hostname} · GPU ${gpuId ?? '?'}`;
}
