/**
 * How people sign in to Grafana: through an identity provider (OpenID Connect), which says what groups they are in.
 * Who is in no named group is refused; nobody becomes server administrator this way.
 * Source: Grafana 13, "Configure generic OAuth2 authentication".
 */
import type { Endpoint } from '../core/endpoint';
import type { SecretRef } from '../core/secrets';

export interface GrafanaSignIn {
  /** On the button, e.g. `Company account`. */
  readonly name: string;
  /** The provider, as both browsers and Grafana reach it. */
  readonly provider: Endpoint<'web', 'https'>;
  /** As its discovery document (`/.well-known/openid-configuration`) says. */
  readonly paths: { readonly authorize: string; readonly token: string; readonly userInfo: string };
  readonly clientId: string;
  readonly clientSecret: SecretRef;
  /** The groups behind each role of the organization; who is in several has the highest. */
  readonly roles: GrafanaRoles;
  /** Claim that lists somebody's groups. @default 'groups' */
  readonly groupsClaim?: string;
  /** @default 'openid profile email groups' */
  readonly scopes?: string;
}

interface GrafanaRoles {
  readonly admin: readonly string[];
  /** @default nobody */
  readonly editor?: readonly string[];
  readonly viewer: readonly string[];
}

const SIGN_IN_DEFAULTS = {
  groupsClaim: 'groups',
  scopes: 'openid profile email groups',
} as const satisfies Partial<GrafanaSignIn>;

export function signInSections(
  signIn: GrafanaSignIn,
  file: (ref: SecretRef) => string,
): Record<string, Record<string, string | boolean>> {
  const url = `https://${signIn.provider.host}${signIn.provider.port === 443 ? '' : `:${signIn.provider.port}`}`;
  return {
    // The form stays for the first administrator, who must get in when the provider is down.
    'auth.generic_oauth': {
      enabled: true,
      name: signIn.name,
      client_id: signIn.clientId,
      client_secret: file(signIn.clientSecret),
      scopes: signIn.scopes ?? SIGN_IN_DEFAULTS.scopes,
      auth_url: `${url}${signIn.paths.authorize}`,
      token_url: `${url}${signIn.paths.token}`,
      api_url: `${url}${signIn.paths.userInfo}`,
      use_pkce: true,
      // Everybody whom the provider knows and a group admits; `[users] allow_sign_up` is about the form alone.
      allow_sign_up: true,
      role_attribute_path: rolePath(signIn.roles, signIn.groupsClaim ?? SIGN_IN_DEFAULTS.groupsClaim),
      role_attribute_strict: true,
      allow_assign_grafana_admin: false,
      skip_org_role_sync: false,
    },
  };
}

/** JMESPath: the first role whose group somebody has; null, which the strict mode refuses, for nobody's. */
function rolePath({ admin, editor, viewer }: GrafanaRoles, claim: string): string {
  const cases = [
    ...admin.map((group) => [group, 'Admin'] as const),
    ...(editor ?? []).map((group) => [group, 'Editor'] as const),
    ...viewer.map((group) => [group, 'Viewer'] as const),
  ];
  return cases.map(([group, role]) => `contains(${claim}[*], '${group}') && '${role}'`).join(' || ');
}

/** What of it would not work, as rule and remedy. */
export function signInMistakes({ roles }: GrafanaSignIn): {
  readonly property: string;
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}[] {
  const groups = [...roles.admin, ...(roles.editor ?? []), ...roles.viewer];
  return [
    ...(groups.length > 0
      ? []
      : [
          {
            property: 'signIn.roles',
            value: roles,
            rule: 'who is in none of these groups is refused, so nobody could sign in',
            remedy: 'name the groups of each role',
          },
        ]),
    ...groups
      .filter((group) => !/^[\w.:@/ -]+$/.test(group))
      .map((group) => ({
        property: 'signIn.roles',
        value: group,
        rule: 'a group stands in an expression between quotes: letters, digits, spaces and . _ : @ / -',
        remedy: "use the group's identifier instead of its name",
      })),
  ];
}
