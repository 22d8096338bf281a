import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirewallLoader } from '../../../../stacks/local/node/firewall-loader';

describe('rules that follow the pods', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hyperion-firewall-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Writes down what it is given, and takes its time. */
  function slowNft(): { readonly path: string; readonly loaded: () => string } {
    const [path, log] = [join(folder, 'nft'), join(folder, 'loaded')];
    writeFileSync(path, `#!/bin/sh\n[ "$1" = -f ] || exit 0\nsleep 0.1\ncat >> ${log}\n`);
    chmodSync(path, 0o700);
    return { path, loaded: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
  }

  it('are settled when all changes until now are in force, also one that came while others were loaded', async () => {
    const nft = slowNft();
    const failures: Error[] = [];
    let ready = 'nobody';
    const loader = new FirewallLoader(
      nft.path,
      () => [`# ${ready} is ready\n`],
      (error) => failures.push(error),
    );
    const change = (name: string): void => {
      ready = name;
      void loader.changed();
    };
    change('web-0');
    await loader.settled();
    expect(nft.loaded()).toContain('# web-0 is ready');

    change('web-1');
    // Its load has begun.
    await new Promise((resolve) => setTimeout(resolve, 50));
    change('web-2');
    await loader.settled();
    expect(nft.loaded()).toContain('# web-2 is ready');
    expect(failures).toEqual([]);
  });

  it('are settled at once where nothing has changed', async () => {
    const nft = slowNft();
    await new FirewallLoader(nft.path, () => [], fail).settled();
    expect(nft.loaded()).toBe('');
  });

  it('say why they could not be loaded, and are settled then too', async () => {
    const failures: string[] = [];
    const loader = new FirewallLoader(
      '/bin/false',
      () => [],
      ({ message }) => failures.push(message),
    );
    void loader.changed();
    await loader.settled();
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('/bin/false');
  });
});

function fail(error: Error): never {
  throw error;
}
