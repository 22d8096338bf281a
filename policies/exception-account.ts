/** Who answers for an exception, why, and until when: the same for Kubernetes objects and cloud resources. */
export interface Account {
  readonly reason: string;
  readonly owner: string;
  /** The first day on which it no longer holds, as `2027-01-31`. @default it has no end */
  readonly expires?: string;
}

export interface AccountProblem {
  readonly property: keyof Account;
  readonly rule: string;
  readonly remedy: string;
}

export function problemsOfAccount({ reason, owner }: Account): AccountProblem[] {
  const problems: AccountProblem[] = [];
  if (reason.trim() === '') {
    problems.push({
      property: 'reason',
      rule: 'an exception says why',
      remedy: 'Say why the object cannot keep the rule',
    });
  }
  if (owner.trim() === '') {
    problems.push({
      property: 'owner',
      rule: 'somebody answers for an exception',
      remedy: 'Name the team that answers for it',
    });
  }
  return problems;
}

/** `today` is handed in, as `2026-07-31`. */
export function problemsOfExpiry({ expires, owner }: Account, today: string): AccountProblem[] {
  if (expires === undefined) return [];
  if (!isDay(expires)) {
    return [{ property: 'expires', rule: 'an expiry is a day', remedy: 'Write it like 2027-01-31' }];
  }
  if (expires <= today) {
    return [
      {
        property: 'expires',
        rule: `an exception ends on its day, and today is ${today}`,
        remedy: `Mend the object and remove the exception, or have ${owner} renew it`,
      },
    ];
  }
  return [];
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`);
}
