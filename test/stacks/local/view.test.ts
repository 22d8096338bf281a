import { renderPods, Screen, summary, type PodLine } from '../../../stacks/local/view';

const loki: PodLine = {
  name: 'loki-0',
  state: 'ready',
  ready: true,
  restarts: 0,
  addresses: ['127.64.0.9:3100'],
  lastLogLine: 'level=info msg="started"',
};
const kafka: PodLine = {
  name: 'kafka-0',
  state: 'crash loop',
  ready: false,
  restarts: 3,
  addresses: [],
  lastLogLine: '\u001b[31mERROR\u001b[0m no disk\ttoday',
};

test('a line a pod under headings, without the escape codes of the programs', () => {
  expect(renderPods('hyperion-dev', [loki, kafka], { columns: 120, rows: 20 }, false)).toEqual([
    'hyperion-dev',
    'POD      STATE       RESTARTS  ADDRESSES        LAST LINE',
    'loki-0   ready       0         127.64.0.9:3100  level=info msg="started"',
    'kafka-0  crash loop  3                          ERROR no disk today',
  ]);
});

test('no line is longer than the terminal is wide, and what has no room is counted', () => {
  const lines = renderPods('hyperion-dev', [loki, kafka, loki], { columns: 20, rows: 4 }, false);
  expect(lines).toEqual([
    'hyperion-dev',
    'POD      STATE',
    'loki-0   ready',
    '… and 2 more; make the terminal higher',
  ]);
});

test('colours say what is well and what is not', () => {
  const [, , well, ill] = renderPods('x', [loki, kafka], { columns: 80, rows: 9 }, true);
  expect(well?.startsWith('\u001b[32mloki-0')).toBe(true);
  expect(ill?.startsWith('\u001b[31mkafka-0')).toBe(true);
});

test('jobs that ended count as ready', () => {
  expect(summary([loki, kafka, { ...kafka, state: 'completed' }])).toBe('2 of 3 ready');
});

test('the screen draws over itself', () => {
  const written: string[] = [];
  const screen = new Screen((text) => written.push(text));
  screen.draw(['a', 'b']);
  screen.draw(['c']);
  expect(written).toEqual(['\r\u001b[Ja\nb\n', '\u001b[2A\r\u001b[Jc\n']);
});
