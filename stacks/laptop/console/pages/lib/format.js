/** Numbers and times as people read them. */
const NONE = '–';

export function number(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Few digits, whatever the size: 0.4, 12, 1,250. */
export function rate(value) {
  if (value === null || value === undefined) return NONE;
  return number(value, value > 0 && value < 10 ? 1 : 0);
}

export function bytes(value) {
  if (value === null || value === undefined) return NONE;
  if (value < 1024) return `${value} B`;
  if (value < 1024 ** 2) return `${number(value / 1024)} KiB`;
  return `${number(value / 1024 ** 2)} MiB`;
}

export function span(ms) {
  if (ms === null || ms === undefined) return NONE;
  const s = ms / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return `${number(s / 3600, 1)} h`;
}

export function clock(ms) {
  return new Date(ms).toLocaleTimeString('en-GB');
}

export function dayAndClock(ms) {
  return `${new Date(ms).toLocaleDateString('en-CA')} ${clock(ms)}`;
}
