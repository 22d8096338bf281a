/** Alerts that real faults make fire: the words in which the tests of `alerts-*.test.ts` say so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Labels, Watch } from './watch';

/** A scrape, an evaluation, and what programs need to notice that another one is gone. */
const FIRES_MS = 60_000;
/** Started again, and scraped. */
const ENDS_MS = 90_000;

/** The faults of one environment, with every alert that fired. */
export class Faults {
  /** Names, in the order in which they fired first. */
  public readonly fired = new Set<string>();

  public constructor(private readonly watch: () => Watch) {}

  /** While the fault is there the alert fires, and it did not before. */
  public async makesFire(alertname: string, labels: Labels, fault: () => Promise<unknown>): Promise<void> {
    const wanted = { alertname, ...labels };
    await this.watch().untilFires(wanted, ENDS_MS, false);
    await fault();
    await this.fires(alertname, labels);
  }

  public async fires(alertname: string, labels: Labels, limitMs = FIRES_MS): Promise<void> {
    await this.watch().untilFires({ alertname, ...labels }, limitMs);
    this.fired.add(alertname);
  }

  /**
   * Nothing fires but what must, and what is down because it does not run here; and every rule can be evaluated.
   * @param expected alerts about what this machine is not
   */
  public async nothingButTheWatchdog(expected: readonly string[] = []): Promise<void> {
    const { leftOut } = this.watch();
    await this.fires('Watchdog', {});
    const deadline = Date.now() + ENDS_MS;
    let ours: readonly Labels[];
    do {
      await sleep(500);
      ours = (await this.watch().firing()).filter(
        ({ alertname, component = '' }) =>
          !['Watchdog', ...expected].includes(alertname ?? '') &&
          !(alertname === 'ComponentDown' && leftOut.includes(component)),
      );
    } while (ours.length > 0 && Date.now() < deadline);
    expect({ ours, failures: await this.watch().failures() }).toEqual({ ours: [], failures: [] });
  }

  public async ends(alertname: string, labels: Labels): Promise<void> {
    await this.watch().untilFires({ alertname, ...labels }, ENDS_MS, false);
  }
}
