/**
 * For each service account of each environment: what a real API server lets it do is what the model declares, in every
 * namespace, and nothing else. The expectation is read from the flow graph, not from the manifests.
 */
import type { IdentityProps } from '../../constructs/core/service-identity';
import type { Manifest } from '../../policies/manifest';
import { fieldsAt, listAt } from '../../stacks/manifest-data';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { nameOf } from './control-plane/availability';
import { CONTROL_PLANE_TOOLS, ControlPlane } from './control-plane/control-plane';
import { namespace } from './control-plane/environment-cluster';
import {
  environmentObjects,
  foreignNamespaces,
  KUBERNETES_NAMESPACES,
} from './control-plane/environment-objects';
import {
  accountsOf,
  declaredGrants,
  permissionMistakes,
  reportedGrants,
  serviceAccount,
  type Account,
  type Grants,
} from './control-plane/permissions';
import { until } from './control-plane/until';

jest.setTimeout(300_000);

/** The server takes new roles up a moment after it has stored them. */
const TAKE_UP_LIMIT_MS = 60_000;
/** An account that nobody binds: what it may do, Kubernetes lets every service account do. */
const NOBODY = { namespace: 'default', name: 'nobody' };

proof(CONTROL_PLANE_TOOLS, 'what service accounts may do', () => {
  describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
    const { objects } = environmentObjects(name);
    const { platform } = synthesisOf(name);
    const foreign = foreignNamespaces(objects);
    const own = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
    const namespaces = [...own, ...foreign, ...KUBERNETES_NAMESPACES];
    const declared = accountsOf(platform);
    let plane: ControlPlane;
    let common: Grants;

    /** Of all accounts: those of the model, those that the manifests make, and the one that every namespace has. */
    const mistakes = async (): Promise<string[]> => {
      const made = await plane.api.list('v1', 'ServiceAccount');
      const others: Account[] = [
        ...[...own, ...foreign].map((namespace) => ({ namespace, name: 'default' })),
        ...made.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name })),
      ].filter(
        (account) => !declared.some((d) => d.name === account.name && d.namespace === account.namespace),
      );
      const accounts = [...declared, ...others.map((account) => ({ ...account, identity: {} }))];
      const found: string[] = [];
      for (const account of accounts) {
        const reported = await reportedGrants(plane.api.as(serviceAccount(account)), namespaces);
        found.push(
          ...permissionMistakes(account, declaredGrants(account.identity, namespaces), reported, common),
        );
      }
      return found;
    };

    beforeAll(async () => {
      plane = await ControlPlane.start({ runsPods: false });
      // Before the environment comes, so that nothing of it counts as everybody's.
      common = await reportedGrants(plane.api.as(serviceAccount(NOBODY)), namespaces);
      for (const name of foreign) await plane.api.create(namespace(name));
      for (const object of objects.filter(isAboutPermissions)) await plane.api.apply(object);
      await until('the permissions are as declared', TAKE_UP_LIMIT_MS, mistakes);
    });

    afterAll(async () => {
      await plane.stop();
    });

    test('every account of the model has what it declares, and no account has more', async () => {
      expect(await mistakes()).toEqual([]);
      const made = (await plane.api.list('v1', 'ServiceAccount')).map(
        ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
      );
      expect(made).toEqual(expect.arrayContaining(declared.map((a) => `${a.namespace}/${a.name}`)));
      expect(declared.filter(({ identity }) => isPermitted(identity)).length).toBeGreaterThan(0);
    });

    test('who may do something is who connects to the Kubernetes API in the flow graph', () => {
      const connects = platform.graph.connections
        .filter(({ to }) => to.protocol === 'kubernetes-api')
        .map(({ from }) => from.id);
      const may = declared.filter(({ identity }) => isPermitted(identity)).map((account) => account.name);
      expect(may.sort()).toEqual(connects.sort());
    });

    test('a role with one verb more, one verb less, and a role for everybody are each reported by name', async () => {
      // One of an account of the model: people have roles too.
      const role = objects.find(
        ({ kind, metadata }) =>
          /^(Cluster)?Role$/.test(kind) && declared.some((account) => account.name === metadata.name),
      );
      if (role === undefined) throw new Error(`${name} has no Role`);
      const [rule] = listAt(role, 'rules');
      const resource = `(?:${listAt(rule, 'resources').map(String).join('|')})`;
      const verbs = listAt(rule, 'verbs').map(String);
      const where = role.metadata.namespace ?? `(?:${namespaces.join('|')})`;

      await plane.api.apply(withVerbs(role, [...verbs, 'delete']));
      await until('one verb more is seen', TAKE_UP_LIMIT_MS, async () => {
        const found = await mistakes();
        const line = new RegExp(
          `^\\S+/${role.metadata.name} may delete ${resource}\\S* in ${where}, which the model does not declare$`,
        );
        return found.length > 0 && found.every((mistake) => line.test(mistake)) ? [] : found;
      });

      await plane.api.apply(withVerbs(role, verbs.slice(1)));
      await until('one verb less is seen', TAKE_UP_LIMIT_MS, async () => {
        const found = await mistakes();
        const line = new RegExp(
          `^\\S+/${role.metadata.name} may not ${verbs[0] ?? ''} ${resource}\\S* in ${where}, which the model declares$`,
        );
        return found.length > 0 && found.every((mistake) => line.test(mistake)) ? [] : found;
      });
      await plane.api.apply(role);

      const [anywhere = ''] = namespaces;
      const inside = role.metadata.namespace ?? anywhere;
      await plane.api.create(forEverybody(role, inside));
      await until('a role for everybody is seen', TAKE_UP_LIMIT_MS, async () => {
        const found = await mistakes();
        return found.some(
          (mistake) => /^\S+\/default may /.test(mistake) && mistake.includes(` in ${inside},`),
        )
          ? []
          : [nameOf(role), ...found];
      });
    });
  });
});

function isPermitted({ permissions, clusterPermissions }: IdentityProps): boolean {
  return (permissions ?? clusterPermissions) !== undefined;
}

function isAboutPermissions({ apiVersion, kind }: Manifest): boolean {
  return (
    kind === 'Namespace' || kind === 'ServiceAccount' || apiVersion.startsWith('rbac.authorization.k8s.io/')
  );
}

function withVerbs(role: Manifest, verbs: readonly string[]): Manifest {
  const [first, ...others] = listAt(role, 'rules');
  return { ...role, rules: [{ ...fieldsAt(first), verbs }, ...others] };
}

/** The mistake of binding a group: every account of the cluster is in it. */
function forEverybody({ kind, metadata: { name } }: Manifest, namespace: string): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'everybody', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:serviceaccounts' }],
  };
}
