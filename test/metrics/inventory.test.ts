/** The lists themselves: of which versions they are, that none is missing, and that they read as they were written. */
import { CATALOG } from '../../constructs/core/catalog';
import { scrapeJobs } from '../../constructs/core/scrape-jobs';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { merged, parseExposition } from './exposition';
import { INVENTORY_NAMES, inventoryOf, seriesOf, type Inventory } from './inventory';
import { programsOf } from './program-of-job';

/** What is scraped or written, and is no program of the catalogue. */
const OTHERS = [
  'cadvisor',
  'ceph',
  'cert-manager',
  'external-secrets',
  'kube-apiserver',
  'kubelet',
  'span-metrics',
];

const catalogue: ReadonlyMap<string, string> = new Map(
  Object.values(CATALOG).map(({ name, version }) => [name, version]),
);

function listOf(name: string): Inventory {
  const inventory = inventoryOf(name);
  if (inventory === undefined) throw new Error(`no list ${name}`);
  return inventory;
}

describe.each(INVENTORY_NAMES)('%s', (name) => {
  const inventory = listOf(name);

  it('is of the catalogue’s version, or says what it stands in for', () => {
    expect(inventory.program).toBe(name);
    const wanted = catalogue.get(name);
    if (wanted === undefined) expect(OTHERS).toContain(name);
    else if (inventory.version !== wanted) expect(inventory.standIn).toContain(wanted);
  });

  it('is sorted, says where it comes from, and holds no address and no path of this machine', () => {
    const names = Object.keys(inventory.metrics);
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual([...names].sort());
    for (const { labels } of Object.values(inventory.metrics)) expect(labels).toEqual([...labels].sort());
    expect(inventory.from).not.toBe('');
    expect(JSON.stringify(inventory)).not.toMatch(/127\.0\.0\.1|localhost|\/(root|work|tmp|home)\//);
  });
});

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  it('has a list for each of its scrape jobs, but for pods of others', () => {
    const jobs = scrapeJobs(synthesisOf(name).platform.graph);
    const unlisted = jobs.filter(
      (job) => !programsOf(job).some((program) => INVENTORY_NAMES.includes(program)),
    );
    expect(
      unlisted.filter(({ endpoint }) => endpoint.scrape.targets !== 'annotated-pods').map((job) => job.name),
    ).toEqual([]);
  });
});

describe('what a program exposes', () => {
  const TEXT = `# HELP a_total Things.
# TYPE a_total counter
a_total{job="x",text="say \\"hi\\", {you}"} 3 1700000000
# TYPE b histogram
b_bucket{zone="1",le="+Inf"} 4
b_sum{zone="1"} 4
b_count{zone="1"} 4
# TYPE c summary
c{quantile="0.5"} NaN
c_sum 1
c_count 1
# TYPE d_info info
d_info{version="1"} 1
e_count{path="/"} 2
`;

  it('is read from its exposition: families, types and labels', () => {
    expect(parseExposition(TEXT)).toEqual({
      a_total: { type: 'counter', labels: ['job', 'text'] },
      b: { type: 'histogram', labels: ['zone'] },
      c: { type: 'summary', labels: [] },
      d_info: { type: 'untyped', labels: ['version'] },
      e_count: { type: 'untyped', labels: ['path'] },
    });
  });

  it('is stored as series', () => {
    expect(
      [...seriesOf({ metrics: parseExposition(TEXT) })].map(([name, labels]) => [name, [...labels]]),
    ).toEqual([
      ['a_total', ['job', 'text']],
      ['b_bucket', ['zone', 'le']],
      ['b_sum', ['zone']],
      ['b_count', ['zone']],
      ['c', ['quantile']],
      ['c_sum', []],
      ['c_count', []],
      ['d_info', ['version']],
      ['e_count', ['path']],
    ]);
  });

  it('is everything that one of several recordings has', () => {
    expect(
      merged([
        { a: { type: 'untyped', labels: ['x'] } },
        { b: { type: 'gauge', labels: [] }, a: { type: 'counter', labels: ['w'] } },
      ]),
    ).toEqual({ a: { type: 'counter', labels: ['w', 'x'] }, b: { type: 'gauge', labels: [] } });
  });
});
