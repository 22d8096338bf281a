/**
 * One component of a system, made when somebody first asks for it. So a system's file can list its components in the
 * order in which the data flows, although each takes the endpoints of those behind it.
 */
export function part<T>(make: () => T): () => T {
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
