import { isOfSeries, needs, type Requirement, unmetReason } from './requirement';

/** The machine's own Node stands in for a program whose version is to be read. */
function printing(text: string, of: Requirement): Requirement {
  return { ...of, probe: [process.execPath, '-e', `console.log(${JSON.stringify(text)})`] };
}

it.each([
  ['go version go1.26.8 linux/amd64', needs.go('1.26.6'), undefined],
  ['go version go1.25 linux/amd64', needs.go('1.25.0'), undefined],
  ['go version go1.22.1 linux/amd64', needs.go('1.25'), 'needs Go >= 1.25, found 1.22.1'],
  ['go version go1.9 linux/amd64', needs.go('1.25'), 'needs Go >= 1.25, found 1.9'],
  ['go version go1.26.5 linux/amd64', needs.go('1.26.6'), 'needs Go >= 1.26.6, found 1.26.5'],
  ['cargo 1.95.0 (f2d3ce0bd 2026-03-21)', needs.cargo('1.80'), undefined],
  ['openjdk version "17.0.15" 2025-04-15', needs.java('21'), 'needs Java >= 21, found 17.0.15'],
  ['9.4.0', needs.gcc('10'), 'needs a C compiler (gcc) >= 10, found 9.4.0'],
  ['v20.20.2', needs.node('20'), undefined],
  ['Apache Maven 3.8.7', needs.maven('3.6'), undefined],
  ['12.11', needs.debian('12'), undefined],
  ['13.1', needs.debian('12'), 'needs Debian = 12, found 13.1'],
  ['unshare from util-linux 2.38.1', needs.utilLinux('unshare', '2.36'), undefined],
  [
    'ip utility, iproute2-4.9.0, libbpf 1.1.0',
    needs.ip('5.0'),
    'needs ip >= 5.0 (Debian package iproute2, installed by root), found 4.9.0',
  ],
])('%s', (text, requirement, reason) => {
  expect(unmetReason(printing(text, requirement))).toBe(reason);
});

it('says that the program is not on the PATH', () => {
  expect(unmetReason({ ...needs.go('1.25'), probe: ['no-such-go', 'version'] })).toBe(
    'needs Go >= 1.25, found no no-such-go on the PATH',
  );
});

it('says that the program does not know its version', () => {
  expect(unmetReason({ ...needs.cargo('1.80'), probe: ['false'] })).toBe(
    'needs Rust (cargo) >= 1.80, found none that `false` knows',
  );
});

it.each([
  ['15.20-0+deb12u1', '15', true],
  ['1.22.1-9+deb12u10', '1.22.1', true],
  ['1.22.1', '1.2', false],
  ['15.20', '14', false],
])('%s is of the series %s: %s', (found, series, expected) => {
  expect(isOfSeries(found, series)).toBe(expected);
});
