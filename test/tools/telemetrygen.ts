/** telemetrygen: OpenTelemetry's own load generator, a second opinion beside ours. */
import { goInstall } from './go-build';
import { needs } from './requirement';
import type { Tool } from './tool';

const MODULE = 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen';

export const telemetrygen = {
  name: 'telemetrygen',
  version: '0.155.0',
  purpose: 'generates telemetry by hand',
  requires: [needs.go('1.25')],
  recipe: goInstall({ module: MODULE, version: 'v0.155.0', programs: { telemetrygen: '.' } }),
  outputs: ['telemetrygen'],
  main: 'telemetrygen',
  // It has no version command.
  checks: [{ run: ['telemetrygen', '--help'], prints: 'traces' }],
  onRequest: true,
} as const satisfies Tool;
