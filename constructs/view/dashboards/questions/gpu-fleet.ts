/** What do the GPUs do? Asked of the readings themselves, in Flux. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { fluxOf } from './flux';

export const gpuFleet: Question = {
  uid: 'gpu-fleet',
  title: 'What does the GPU fleet do?',
  rows: (about) => [{ title: 'The fleet', panels: fleet(about) }],
};

function fleet({ sources: { readings } }: Subject): readonly Panel[] {
  if (readings === undefined) return [];
  const of = (...rest: [metric: string, aggregate: 'mean' | 'max' | 'last', by?: readonly string[]]) =>
    ({ language: 'flux', query: fluxOf(readings.bucket, ...rest) }) as const;
  return [
    graph('Utilization', 'percent', 'Which GPUs work, and which idle?', of('DCGM_FI_DEV_GPU_UTIL', 'mean')),
    graph('Temperature', 'celsius', 'Which GPUs run hot?', of('DCGM_FI_DEV_GPU_TEMP', 'max')),
    graph('Power', 'watt', 'What do they draw?', of('DCGM_FI_DEV_POWER_USAGE', 'mean')),
    graph(
      'Memory in use',
      'decmbytes',
      'Whose memory is about to be full?',
      of('DCGM_FI_DEV_FB_USED', 'max'),
    ),
    graph(
      'XID errors',
      'short',
      'Which GPUs report errors, and which code?',
      of('DCGM_FI_DEV_XID_ERRORS', 'last'),
      { nothing: 'no errors' },
    ),
    graph(
      'Hottest of each host',
      'celsius',
      'Which host is badly cooled?',
      of('DCGM_FI_DEV_GPU_TEMP', 'max', ['hostname']),
    ),
  ];
}
