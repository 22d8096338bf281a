/** The list of images that the nightly scan reads: names as the distribution's specification writes them. */
import { readFileSync } from 'node:fs';
import { judgeByModel, listOf, pattern } from './models/model';
import type { Validator } from './validator';

/** Registry, lower-case path, tag. The specification allows each to be left out; a scan of "latest" says nothing. */
const REFERENCE =
  /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export const TRIVY_VALIDATORS: readonly Validator[] = [
  {
    files: 'trivy/images.txt',
    reads: 'trivy',
    judgedBy: 'form of image references',
    substitute: 'model for Trivy 0.72.0',
    tools: [],
    judge: (path) => {
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      return Promise.resolve(judgeByModel({ ...listOf(pattern(REFERENCE)), uniqueItems: true }, lines));
    },
    mistakes: [
      {
        what: 'an image without its tag',
        spoil: (text) => text.replace(/:[^:\n]*$/m, ''),
        says: /^\/0: must match pattern/,
      },
      {
        what: 'a capital letter in a path',
        spoil: (text) => text.replace('/grafana/', '/Grafana/'),
        says: /^\/\d+: must match pattern/,
      },
    ],
  },
];
