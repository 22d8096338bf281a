/**
 * The components of a system, each made when somebody first asks for it. So a system's file can list them in the order
 * in which the data flows, although each takes the endpoints of those behind it.
 */
export interface Parts {
  /** Declares a component; the function that it gives makes it once, and gives it from then on. */
  readonly part: <T>(make: () => T) => () => T;
  /** Makes those that nobody has asked for. */
  readonly makeAll: () => void;
}

export function parts(): Parts {
  const declared: (() => unknown)[] = [];
  return {
    part: (make) => {
      const once = made(make);
      declared.push(once);
      return once;
    },
    makeAll: () => {
      for (const make of declared) make();
    },
  };
}

function made<T>(make: () => T): () => T {
  let state: 'absent' | 'being made' | { readonly value: T } = 'absent';
  return () => {
    if (state === 'being made') {
      throw new Error(
        'two components take an endpoint of each other: neither can be made first; connect one of them later',
      );
    }
    if (state === 'absent') {
      state = 'being made';
      state = { value: make() };
    }
    return state.value;
  };
}
