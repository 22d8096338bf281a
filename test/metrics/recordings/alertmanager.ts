/** Two Alertmanagers that know each other, as production has three: what they tell of each other one alone does not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOG } from '../../../constructs/core/catalog';
import { LoopbackProgram } from '../../proof/flows/loopback-program';
import { freePort } from '../../proof/free-port';
import { tool } from '../../tools/obtain';
import { merged } from '../exposition';
import { metricsAt, type Recording } from './recording';

const CONFIG = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';
/** Until they have found each other. */
const SOME_TIME_MS = 5_000;

export const alertmanagerRecording: Recording = {
  name: 'alertmanager',
  record: async () => {
    const gossip = [await freePort(), await freePort()];
    const programs = gossip.map(() => new LoopbackProgram());
    try {
      const urls = [];
      for (const [index, program] of programs.entries()) {
        const port = await freePort();
        const url = `http://127.0.0.1:${port}`;
        await program.start(
          [
            await tool('alertmanager'),
            `--config.file=${program.file('alertmanager.yml', CONFIG)}`,
            `--storage.path=${program.dir}/data`,
            `--web.listen-address=127.0.0.1:${port}`,
            `--cluster.listen-address=127.0.0.1:${gossip[index] ?? 0}`,
            `--cluster.peer=127.0.0.1:${gossip[0] ?? 0}`,
          ],
          `${url}/-/ready`,
        );
        urls.push(url);
      }
      await sleep(SOME_TIME_MS);
      const metrics = await Promise.all(urls.map((url) => metricsAt(`${url}/metrics`)));
      return [
        {
          program: 'alertmanager',
          version: CATALOG.alertmanager.version,
          from: 'two that know each other',
          metrics: merged(metrics),
        },
      ];
    } finally {
      for (const program of programs) await program.stop();
    }
  },
};
