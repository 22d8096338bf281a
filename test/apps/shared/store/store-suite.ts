/** What every store has to do. The same tests run against the embedded store and against a real InfluxDB. */
import { devicesSuite } from './suite/devices';
import type { OpenStore } from './suite/readings';
import { samplesSuite } from './suite/samples';
import { topAndGapsSuite } from './suite/top-and-gaps';
import { windowsSuite } from './suite/windows';
import { writingSuite } from './suite/writing';

/** `open` gives an empty store; it is closed by whoever made it. */
export function storeSuite(open: () => Promise<OpenStore>): void {
  let store: OpenStore | undefined;
  beforeEach(async () => {
    store = await open();
  });
  const current = (): OpenStore => {
    if (store === undefined) throw new Error('no store is open');
    return store;
  };
  writingSuite(current);
  samplesSuite(current);
  devicesSuite(current);
  windowsSuite(current);
  topAndGapsSuite(current);
}
