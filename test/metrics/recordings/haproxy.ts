/** HAProxy with our configuration, with one route whose pods answer and one without any. */
import { CATALOG } from '../../../constructs/core/catalog';
import { HAPROXY_PORTS, METRICS_PATH } from '../../../constructs/ingress/haproxy-config';
import { configFile, sampleHAProxy } from '../../constructs/ingress/haproxy-sample';
import { until } from '../../proof/control-plane/until';
import { DOOR, LoopbackHAProxy, POD_ADDRESSES, TestBackend } from '../../proof/haproxy/loopback-haproxy';
import { haproxy as haproxyTool } from '../../tools/haproxy';
import { tool } from '../../tools/obtain';
import { metricsAt, type Recording } from './recording';

const HOSTS = ['shop.example.com', 'ledger.example.com'];
const LEDGER_PORT = 8001;
const READY_MS = 30_000;

export const haproxyRecording: Recording = {
  name: 'haproxy',
  record: async () => {
    const sample = sampleHAProxy({}, (routes) => [...routes], ['127.0.0.1/32']);
    const pods = POD_ADDRESSES.map((address) => new TestBackend(address));
    const haproxy = new LoopbackHAProxy(
      await tool('haproxy'),
      ['haproxy.cfg', 'haproxy.sh'].map((name) => ({ name, text: configFile(sample, name) })),
    );
    haproxy.renewCertificate(HOSTS);
    try {
      for (const pod of pods) await pod.listen(LEDGER_PORT);
      await haproxy.start();
      const at = `http://${DOOR}:${HAPROXY_PORTS.metrics}`;
      await until('HAProxy answers', READY_MS, async () =>
        (await fetch(`${at}/healthz`).catch(() => undefined))?.ok === true ? [] : ['not yet'],
      );
      const { version } = haproxyTool;
      return [
        {
          ...{ program: 'haproxy', version, from: 'our configuration, two backends of two servers' },
          standIn: `Debian’s ${version} for ${CATALOG.haproxy.version}`,
          metrics: await metricsAt(`${at}${METRICS_PATH}`),
        },
      ];
    } finally {
      await haproxy.stop();
      for (const pod of pods) await pod.die();
      haproxy.cleanUp();
    }
  },
};
