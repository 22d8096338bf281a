/** InfluxDB 2: the store of the telemetry stack. Its query language, Flux, is compiled from Rust. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms, installGoProgram, prepareRepeatedModule } from './go-build';
import { needs } from './requirement';
import type { Recipe, Tool } from './tool';

const VERSION = '2.7.12';

const PROGRAM = {
  module: 'github.com/influxdata/influxdb/v2',
  version: `v${VERSION}`,
  programs: { influxd: 'cmd/influxd' },
  variables: { 'main.version': `v${VERSION}` },
  // As its makers build it, but for the pages, which are not in the module.
  tags: ['sqlite_foreign_keys', 'sqlite_json'],
} as const;

/** What its go.mod asks for. It builds Flux's Rust library and tells Go where it is. */
const PKG_CONFIG = { path: 'github.com/influxdata/pkg-config', version: 'v0.2.14' } as const;

export const influxdb = {
  name: 'influxdb',
  version: VERSION,
  purpose: 'keeps the telemetry stack’s metrics (without its pages)',
  requires: [needs.go('1.23'), needs.cargo('1.80'), needs.gcc('10')],
  recipe: influxdRecipe(),
  outputs: ['influxd'],
  memoryGiB: 2,
  main: 'influxd',
  checks: [{ run: ['influxd', 'version'], prints: `InfluxDB v${VERSION}` }],
} as const satisfies Tool;

function influxdRecipe(): Recipe {
  return {
    kind: 'go build with a repeated go.mod and Rust',
    revision: 1,
    inputs: { ...PROGRAM, pkgConfig: PKG_CONFIG },
    run: async (build) => {
      const pkgConfig = join(build.workDir, 'pkg-config');
      await installGoProgram(build, pkgConfig, PKG_CONFIG.path, PKG_CONFIG.version);
      // Its sources turn every warning into an error, and newer compilers know more warnings.
      const rustc = join(build.workDir, 'rustc');
      writeFileSync(rustc, '#!/bin/sh\nexec "$@" --cap-lints allow\n');
      chmodSync(rustc, 0o755);
      await prepareRepeatedModule(build, PROGRAM);
      await buildPrograms(build, PROGRAM, {
        CGO_ENABLED: '1',
        PKG_CONFIG: pkgConfig,
        RUSTC_WRAPPER: rustc,
        // Its own toolchain file names one that may not be there.
        RUSTUP_TOOLCHAIN: 'stable',
      });
    },
  };
}
