/**
 * The part of JMESPath that Grafana's rendered role expression uses, evaluated: `contains(groups[*], 'x') && 'Role'`, joined
 * by `||`. Anything else is refused, so that the expression cannot outgrow what is evaluated here.
 */
const CASE = /^contains\(groups\[\*\], '([^'\\]+)'\) && '(Admin|Editor|Viewer)'$/;

/** The role that somebody with these groups has; null, which the strict mode refuses, without one. */
export function roleOf(expression: string, groups: readonly string[]): string | null {
  for (const part of expression.split(' || ')) {
    const [, group = '', role = ''] = CASE.exec(part) ?? [];
    if (role === '') throw new Error(`not an expression that is known here: ${part}`);
    if (groups.includes(group)) return role;
  }
  return null;
}
