import { run } from '../../../stacks/cli/program';
import { Terminal } from './terminal';

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

describe('hyperion', () => {
  test.each([
    ['--help'],
    ['synth', '--help'],
    ['check', '--help'],
    ['diff', '--help'],
    ['review', '--help'],
    ['explain', '--help'],
    ['scan', '--help'],
    ['local', '--help'],
    ['envs', '--help'],
  ])('%s %s explains itself, without loading any environment', (...args) => {
    const answer = run(
      terminal.context({
        environments: () => {
          throw new Error('loaded');
        },
      }),
      args,
    );
    expect(answer).toBe(0);
  });

  test('--help lists the commands and the exit codes', () => {
    const { out } = terminal.run(['--help']);
    for (const command of ['synth', 'check', 'diff', 'review', 'explain', 'scan', 'local', 'envs'])
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(out).toContain('Exit codes: 0 fine, 1 something was found, 2 wrong use.');
    expect(out).not.toContain('overview');
  });

  test('wrong use is 2, with a hint', () => {
    expect(terminal.run(['snth'])).toEqual({
      code: 2,
      out: '',
      err: "error: unknown command 'snth'\n(Did you mean synth?)\n",
    });
    expect(terminal.run(['synth', '--format', 'yaml']).code).toBe(2);
    expect(terminal.run(['diff', 'small-dev']).err).toContain(
      "required option '--against <source>' not specified",
    );
    expect(terminal.run([]).code).toBe(2);
  });

  test.each([['synth'], ['check'], ['explain', 'small-dvv', 'x'], ['diff', 'small-dvv', '--against', 'x']])(
    '%s: an unknown environment is answered with the nearest and with all',
    (...args) => {
      const answer = terminal.run(args.length === 1 ? [...args, 'small-dvv'] : args);
      expect(answer).toEqual({
        code: 2,
        out: '',
        err: 'hyperion: there is no environment "small-dvv". Did you mean "small-dev"? Known are: small-dev, small-prod\n',
      });
    },
  );

  test('a name that is nothing like any other gets no suggestion', () => {
    expect(terminal.run(['check', 'toString']).err).toBe(
      'hyperion: there is no environment "toString". Known are: small-dev, small-prod\n',
    );
  });
});

test('the environment without a cluster is sent to npm start', () => {
  expect(terminal.run(['check', 'telemetry-local'])).toEqual({
    code: 2,
    out: '',
    err: 'hyperion: telemetry-local runs without a cluster, so nothing is synthesised for it: npm start runs it\n',
  });
});

describe('hyperion envs', () => {
  test('a table, or JSON', () => {
    expect(terminal.run(['envs']).out).toBe(
      [
        'environment      system           tier  cloud     what it is',
        'small-dev        small            dev   existing  A small environment of the tests',
        'small-prod       small            dev   existing  A small environment of the tests',
        'telemetry-local  telemetry-stack  dev   none      Telemetry stack on this machine, without a cluster: npm start',
        '',
      ].join('\n'),
    );
    expect(JSON.parse(terminal.run(['envs', '--json']).out)).toContainEqual({
      name: 'small-dev',
      system: 'small',
      tier: 'dev',
      cloud: 'existing',
      describe: 'A small environment of the tests',
    });
  });
});
