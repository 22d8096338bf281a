/**
 * Every cell of the hub's access matrix, allowed and denied, at a real vmauth with the rendered users and TLS. The table
 * below is the design's, written down a second time; the stores and exporters behind the door record what arrives.
 * Grafana stands beside the door, not behind it: its column is what its rendered expression makes of somebody's groups.
 */
import { grafanaRoles } from '../../constructs/store/access-matrix';
import { signInSections } from '../../constructs/view/grafana-sign-in';
import { External } from '../../constructs/core/party';
import { SecretRef } from '../../constructs/core/secrets';
import { testPlatform } from '../constructs/core/fixture';
import { proof } from '../tools/proof';
import { until } from './control-plane/until';
import type { Answer, HubRequest } from './hub/ask';
import { HubDoor } from './hub/hub-door';
import { hub, HUB_MATRIX } from './hub/hub-platform';
import { RecordingServer } from './hub/recording-server';
import { roleOf } from './hub/role-expression';
import { valueOf } from './hub/rendered-container';

/** `Access Control Matrix` of the design; vmalert's row is ours, for its rules are evaluated behind the door. */
const TABLE = [
  ['vmagent-dev', 'write', '-', '-', '-'],
  ['vmagent-staging', 'write', '-', '-', '-'],
  ['vmagent-prod', 'write', '-', '-', '-'],
  ['grafana', '-', 'read', 'full', '-'],
  ['operations', '-', 'read', 'full', 'read'],
  ['developers', '-', '-', 'view', '-'],
  ['vmalert', 'write', 'read', '-', '-'],
] as const;
const GUARDED = ['vminsert', 'vmselect', 'node-exporter', 'kube-state-metrics'] as const;
type Guarded = (typeof GUARDED)[number];

const REQUESTS: Readonly<Record<Guarded, HubRequest & { readonly arrivesAs: string }>> = {
  vminsert: {
    method: 'POST',
    path: '/api/v1/write',
    body: 'samples',
    arrivesAs: '/insert/0/prometheus/api/v1/write',
  },
  vmselect: { path: '/api/v1/query?query=up', arrivesAs: '/select/0/prometheus/api/v1/query?query=up' },
  'node-exporter': { path: '/exporters/node-exporter/metrics', arrivesAs: '/metrics' },
  'kube-state-metrics': { path: '/exporters/kube-state-metrics/metrics', arrivesAs: '/metrics' },
};

/** Row, door and what the table says. */
const CELLS = TABLE.flatMap(([who, write, read, , exporters]) =>
  GUARDED.map((door) => ({
    who,
    door,
    says: door === 'vminsert' ? write : door === 'vmselect' ? read : exporters,
  })),
);

const PORTS = { vminsert: 8480, vmselect: 8481, 'node-exporter': 9100, 'kube-state-metrics': 8080 } as const;

it('the matrix has the rows of the design, and no other', () => {
  expect(Object.keys(HUB_MATRIX.rows).sort()).toEqual(TABLE.map(([who]) => who).sort());
});

test.each(TABLE)('%s sees of Grafana what the table says', (who, _write, _read, grafana) => {
  const holder = HUB_MATRIX.holders[who];
  const provider = new External(testPlatform(), 'provider', { description: '', cidrs: ['192.0.2.1/32'] });
  const { role_attribute_path, role_attribute_strict, allow_assign_grafana_admin } =
    signInSections(
      {
        name: 'account',
        provider: provider.listen({
          name: 'https',
          port: 443,
          protocol: 'https',
          signals: ['web'],
          access: 'control',
        }),
        paths: { authorize: '/a', token: '/t', userInfo: '/u' },
        clientId: 'grafana',
        clientSecret: SecretRef.named('client-secret'),
        roles: grafanaRoles(HUB_MATRIX),
      },
      ({ name }) => name,
    )['auth.generic_oauth'] ?? {};
  // Who has no role is refused.
  expect({ role_attribute_strict, allow_assign_grafana_admin }).toEqual({
    role_attribute_strict: true,
    allow_assign_grafana_admin: false,
  });
  const groups = holder?.kind === 'people' ? [holder.group] : [];
  const role = roleOf(String(role_attribute_path), groups);
  // Grafana's own full right is that it runs itself: no token of a program signs in.
  const expected = holder?.kind === 'people' ? { full: 'Admin', view: 'Viewer', '-': null }[grafana] : null;
  expect(role).toBe(expected);
});

proof(['victoria-metrics'], 'The hub’s door (real vmauth, rendered users, TLS)', () => {
  const door = new HubDoor();
  const behind: Readonly<Record<Guarded, RecordingServer>> = {
    vminsert: new RecordingServer({ status: 204, text: '' }),
    vmselect: new RecordingServer({ status: 200, text: '{"status":"success"}' }),
    'node-exporter': new RecordingServer({ status: 200, text: 'node_load1 1' }),
    'kube-state-metrics': new RecordingServer({ status: 200, text: 'kube_node_info 1' }),
  };

  beforeAll(async () => {
    const made = hub();
    for (const server of Object.values(behind)) await server.start();
    await door.start(
      made,
      Object.fromEntries(
        GUARDED.map((name) => [
          `http://${name}.monitoring.svc.cluster.local:${PORTS[name]}`,
          behind[name].url,
        ]),
      ),
    );
  });
  afterAll(async () => {
    await door.stop();
    for (const server of Object.values(behind)) await server.stop();
  });

  /** Nobody's token where the table's row has none: people who may only look at Grafana. */
  function tokenOf(who: string): string | undefined {
    const secret = HUB_MATRIX.holders[who]?.token;
    return secret === undefined ? undefined : valueOf(secret.name);
  }

  function arrived(): Record<Guarded, number> {
    return {
      vminsert: behind.vminsert.arrivals.length,
      vmselect: behind.vmselect.arrivals.length,
      'node-exporter': behind['node-exporter'].arrivals.length,
      'kube-state-metrics': behind['kube-state-metrics'].arrivals.length,
    };
  }

  test.each(CELLS)('$who at $door: $says', async ({ who, door: name, says }) => {
    const { arrivesAs, ...asked } = REQUESTS[name];
    const before = arrived();
    const token = tokenOf(who);
    const { status } = await door.ask({ ...asked, token });
    if (says === '-') {
      expect({ status, arrived: arrived() }).toEqual({
        // Known, but without a way; or not known at all.
        status: token === undefined ? 401 : 400,
        arrived: before,
      });
      return;
    }
    expect({ status, arrived: arrived() }).toEqual({
      status: name === 'vminsert' ? 204 : 200,
      arrived: { ...before, [name]: before[name] + 1 },
    });
    expect(behind[name].arrivals.at(-1)).toMatchObject({
      method: asked.method ?? 'GET',
      path: arrivesAs,
      body: asked.body ?? '',
    });
  });

  test.each([
    ['deletes series', '/api/v1/admin/tsdb/delete_series?match[]=up'],
    ['exports everything', '/api/v1/export?match[]=up'],
    ['climbs out of its path', '/api/v1/../../../internal/force_merge'],
    ['asks for another tenant', '/select/1/prometheus/api/v1/query?query=up'],
    ['reads an exporter’s other pages', '/exporters/node-exporter/metrics/../debug/pprof'],
    ['opens vmauth’s own pages', '/-/reload'],
  ])('nobody %s', async (_what, path) => {
    const before = arrived();
    for (const [who] of TABLE) {
      const token = tokenOf(who);
      const { status } = await door.ask({ path, token });
      expect({ who, status }).toEqual({ who, status: token === undefined ? 401 : 400 });
    }
    expect(arrived()).toEqual(before);
  });

  test.each([
    ['a wrong token', 'value-of-nothing'],
    ['an empty token', ''],
    ['no token', undefined],
  ])(
    '%s gets 401, at every door',
    async (_what, token) => {
      const before = arrived();
      // vmauth lets who guesses wait for two seconds.
      const answers = await Promise.all(GUARDED.map((name) => door.ask({ ...REQUESTS[name], token })));
      expect(answers.map(({ status }) => status)).toEqual(GUARDED.map(() => 401));
      expect(arrived()).toEqual(before);
    },
    30_000,
  );

  it('speaks TLS with its own certificate, which nobody takes who does not know its authority', async () => {
    await expect(door.ask(REQUESTS.vmselect, '')).rejects.toThrow(
      /self-signed|unable to verify|local issuer/,
    );
  });

  it('serves health and metrics without TLS on the internal port, for probes and scrapes', async () => {
    const metrics = await fetch(`${door.internalUrl}/metrics`);
    expect(await metrics.text()).toContain('vmauth_user_requests_total{username="vmagent-dev"}');
  });

  it('refuses with 429 who has more requests open than his limit, and nobody else', async () => {
    const LIMIT = 50;
    const before = behind.vmselect.arrivals.length;
    behind.vmselect.hold();
    const statuses: number[] = [];
    const ask = async (): Promise<Answer> => {
      const answer = await door.ask({ ...REQUESTS.vmselect, token: tokenOf('grafana') });
      statuses.push(answer.status);
      return answer;
    };
    const all = Array.from({ length: LIMIT + 2 }, ask);
    try {
      // The limit's worth waits at the store; the others wait 10 s at the door and are sent away.
      await until('two refusals', 30_000, () =>
        Promise.resolve(statuses.length >= 2 ? [] : [`${statuses.length} answered`]),
      );
      expect(statuses).toEqual([429, 429]);
      expect(behind.vmselect.arrivals.length - before).toBe(LIMIT);
      const writer = await door.ask({ ...REQUESTS.vminsert, token: tokenOf('vmagent-dev') });
      expect(writer.status).toBe(204);
    } finally {
      behind.vmselect.release();
    }
    const answers = await Promise.all(all);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
    const metrics = await (await fetch(`${door.internalUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /vmauth_user_concurrent_requests_limit_reached_total\{username="grafana"\} [1-9]/,
    );
  }, 60_000);
});
