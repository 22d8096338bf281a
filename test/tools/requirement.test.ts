import { needs, type Requirement, unmetReason } from './requirement';

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
  ['Python 3.9.2', needs.python('3.10'), 'needs Python >= 3.10, found 3.9.2'],
  [
    '1:2.6.12-1+deb12u2',
    needs.debianPackage('haproxy', '2.8'),
    'needs haproxy >= 2.8 (Debian package haproxy, installed by root without starting its service), found 2.6.12',
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
