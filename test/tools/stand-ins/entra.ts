/**
 * Stands in for Microsoft Entra ID's token endpoint: changes the token of a Kubernetes service account for an access
 * token, as workload identity does. It refuses what is wired wrongly: another client, another assertion, another tenant.
 * Takes both forms of the endpoint: v1 (`resource`; Loki's client) and v2 (`scope`; the Azure SDK).
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';

const {
  ENTRA_TENANT: tenant = '',
  ENTRA_CLIENT_IDS: clientIds = '',
  ENTRA_ASSERTION: assertion = '',
  TLS_DIR: tlsDir = '',
  HOST_NAME: hostName = '',
} = process.env;
const LIFETIME_S = 3600;
const LARGEST_BODY_BYTES = 65_536;
const REQUEST_TIMEOUT_MS = 10_000;
const key = randomBytes(32);

interface Answer {
  readonly status: number;
  readonly body: object;
}

function answer(method: string, url: URL, form: URLSearchParams): Answer {
  if (method === 'GET' && url.pathname === '/common/discovery/instance') {
    const endpoint = `https://${hostName}/${tenant}/v2.0/.well-known/openid-configuration`;
    const metadata = [{ preferred_network: hostName, preferred_cache: hostName, aliases: [hostName] }];
    return { status: 200, body: { tenant_discovery_endpoint: endpoint, 'api-version': '1.1', metadata } };
  }
  if (method === 'GET' && url.pathname.endsWith('/.well-known/openid-configuration')) {
    const base = `https://${hostName}/${tenant}`;
    return {
      status: 200,
      body: {
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
      },
    };
  }
  if (method !== 'POST' || !/^\/[^/]+\/oauth2\/(v2\.0\/)?token$/.test(url.pathname)) {
    return refused(404, 'not_found', `${method} ${url.pathname} is none of this stand-in's`);
  }
  if (url.pathname.split('/')[1] !== tenant)
    return refused(400, 'invalid_request', 'AADSTS90002: no such tenant');
  if (!clientIds.split(',').includes(form.get('client_id') ?? ''))
    return refused(400, 'unauthorized_client', 'AADSTS700016: no application with this client_id');
  if (form.get('grant_type') !== 'client_credentials' || form.get('client_assertion') !== assertion)
    return refused(401, 'invalid_client', 'AADSTS700213: no federated identity fits the presented assertion');
  const audience = form.get('resource') ?? (form.get('scope') ?? '').replace(/\/?\.default$/, '');
  return { status: 200, body: token(audience, form.get('client_id') ?? '', form.has('resource')) };
}

function refused(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description } };
}

/** v1 writes its numbers as text. */
function token(audience: string, clientId: string, numbersAsText: boolean): object {
  const now = Math.floor(Date.now() / 1000);
  const number = (value: number): number | string => (numbersAsText ? String(value) : value);
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${tenant}/`,
    iat: now - 60,
    nbf: now - 60,
    exp: now + LIFETIME_S,
    appid: clientId,
  };
  return {
    token_type: 'Bearer',
    expires_in: number(LIFETIME_S),
    ext_expires_in: number(LIFETIME_S),
    expires_on: number(now + LIFETIME_S),
    not_before: number(now - 60),
    resource: audience,
    access_token: signed(claims),
  };
}

function signed(claims: object): string {
  const text = [{ typ: 'JWT', alg: 'HS256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > LARGEST_BODY_BYTES) throw new Error('the request is larger than any token request');
  }
  return text;
}

const server = createServer(
  { cert: readFileSync(`${tlsDir}/tls.crt`), key: readFileSync(`${tlsDir}/tls.key`) },
  (request, response) => {
    void bodyOf(request).then(
      (body) => {
        const url = new URL(request.url ?? '/', `https://${hostName}`);
        const { status, body: said } = answer(request.method ?? '', url, new URLSearchParams(body));
        console.log(`${request.method ?? ''} ${url.pathname} ${status}`);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
      },
      () => response.destroy(),
    );
  },
);
server.requestTimeout = REQUEST_TIMEOUT_MS;
server.listen(443);
process.on('SIGTERM', () => {
  process.exit(0);
});
