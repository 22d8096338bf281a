/**
 * Texts inside of properties, in a form that CEL can look into: IAM documents as data, user data decoded.
 */
type Fields = Readonly<Record<string, unknown>>;

const ENCODED: ReadonlySet<string> = new Set(['userData', 'userDataBase64', 'customData']);
const BASE64 = /^[A-Za-z0-9+/]{16,}={0,2}$/;

export function readable(props: Fields): Fields {
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [name, readableValue(name, value)]));
}

function readableValue(name: string, value: unknown): unknown {
  if (name === 'policy' || name === 'assumeRolePolicy') return policyDocument(value);
  if (name === 'inlinePolicies' && Array.isArray(value)) return value.map(inlinePolicy);
  if (ENCODED.has(name) && typeof value === 'string' && BASE64.test(value)) {
    return Buffer.from(value, 'base64').toString('utf8');
  }
  return value;
}

function inlinePolicy(value: unknown): unknown {
  return isFields(value) ? readable(value) : value;
}

/** With lists everywhere IAM takes one thing or a list of them. What is no document stays what it is. */
function policyDocument(value: unknown): unknown {
  const document = typeof value === 'string' ? parsed(value) : value;
  if (!isFields(document) || document.Statement === undefined) return value;
  return { ...document, Statement: asList(document.Statement).map(statement) };
}

const LISTS = ['Action', 'NotAction', 'Resource', 'NotResource'];

function statement(value: unknown): unknown {
  if (!isFields(value)) return value;
  const lists = LISTS.filter((name) => value[name] !== undefined).map((name) => [name, asList(value[name])]);
  return { ...value, ...Object.fromEntries(lists) } as unknown;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
