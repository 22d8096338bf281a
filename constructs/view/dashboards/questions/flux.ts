/** Flux over the store of readings: a measurement for each metric, tagged with the GPU's host and number. */

type Aggregate = 'mean' | 'max' | 'last';

export function fluxOf(
  bucket: string,
  metric: string,
  aggregate: Aggregate,
  by: readonly string[] = ['hostname', 'gpu_id'],
): string {
  return [
    `from(bucket: ${JSON.stringify(bucket)})`,
    '  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)',
    `  |> filter(fn: (r) => r._measurement == ${JSON.stringify(metric)} and r._field == "value")`,
    `  |> group(columns: [${by.map((column) => JSON.stringify(column)).join(', ')}])`,
    `  |> aggregateWindow(every: v.windowPeriod, fn: ${aggregate}, createEmpty: false)`,
  ].join('\n');
}

/** Readings of each host in each step, of all metrics. */
export function fluxCount(bucket: string): string {
  return [
    `from(bucket: ${JSON.stringify(bucket)})`,
    '  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)',
    '  |> filter(fn: (r) => r._field == "value")',
    '  |> group(columns: ["hostname"])',
    '  |> aggregateWindow(every: v.windowPeriod, fn: count, createEmpty: true)',
  ].join('\n');
}
