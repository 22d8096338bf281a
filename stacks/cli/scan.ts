/**
 * `hyperion scan`: Trivy over exactly the images of an environment, before anything is deployed. The nightly job in the
 * cluster looks at the same list.
 */
import { spawnSync } from 'node:child_process';
import { imagesOf } from '../../constructs/core/images';
import { chooseEnvironment } from './choose';
import { UsageError, type Context, type ExitCode } from './context';
import { Progress } from './progress';

/** As `constructs/secure/trivy.ts` runs it: what has a fix and is bad. */
const TRIVY_ARGS = [
  'image',
  '--quiet',
  '--severity',
  'HIGH,CRITICAL',
  '--ignore-unfixed',
  '--exit-code',
  '1',
] as const;
/** A large image on a slow line; Trivy's own limit, after which it says so. */
const TIMEOUT = '15m';

/** @throws UsageError when Trivy is not to be had */
export function scan(context: Context, name: string, { json }: { readonly json?: boolean }): ExitCode {
  const { environment } = chooseEnvironment(context, name);
  const images = imagesOf(environment.build());
  const progress = new Progress(context);
  const results = images.map((image, index) => {
    progress.step(`${index + 1} of ${images.length}: ${image}`);
    return { image, ...scanned(image) };
  });
  progress.done();
  const bad = results.filter(({ clean }) => !clean);
  if (json === true) context.out(`${JSON.stringify({ environment: name, images: results }, null, 2)}\n`);
  else {
    for (const { image, said } of bad) context.out(`${image}:\n${said}\n`);
    context.out(`${name}: ${bad.length} of ${images.length} images have findings with a fix\n`);
  }
  return bad.length === 0 ? 0 : 1;
}

function scanned(image: string): { readonly clean: boolean; readonly said: string } {
  const { error, status, stdout, stderr } = spawnSync('trivy', [...TRIVY_ARGS, '--timeout', TIMEOUT, image], {
    encoding: 'utf8',
    env: process.env,
  });
  if (error !== undefined) {
    throw new UsageError(
      `trivy could not be started (${error.message}); install Trivy and put it on the PATH`,
    );
  }
  return { clean: status === 0, said: `${stdout}${stderr}`.trim() };
}
