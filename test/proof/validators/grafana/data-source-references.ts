/** What a model cannot say of Grafana's data sources: that one that is referred to exists, and what `$` becomes. */

/** Grafana puts environment variables in for `$NAME`; what it must leave alone is written `$$`. */
const LONE_DOLLAR = /(?<!\$)\$(?!\$|__file\{|__env\{)/;

interface DataSources {
  readonly datasources: readonly { readonly uid: string; readonly isDefault?: boolean }[];
}

/** @returns a line for each mistake */
export function mistakesInReferences(document: DataSources): readonly string[] {
  const uids = document.datasources.map(({ uid }) => uid);
  const defaults = document.datasources.filter(({ isDefault }) => isDefault === true);
  return [
    ...uids
      .filter((uid, index) => uids.indexOf(uid) !== index)
      .map((uid) => `two data sources are called ${uid}`),
    ...(defaults.length > 1 ? ['more than one data source is the default'] : []),
    ...leavesOf(document).flatMap(([key, value]) => [
      ...(key === 'datasourceUid' && !uids.includes(value) ? [`there is no data source ${value}`] : []),
      ...(LONE_DOLLAR.test(value) ? [`${key}: Grafana replaces what stands after one $: ${value}`] : []),
    ]),
  ];
}

/** Every text in the document, with its key. */
function leavesOf(value: unknown, key = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[key, value]];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => leavesOf(child, name));
}
