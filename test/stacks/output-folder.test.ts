import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFolders } from '../../stacks/output-folder';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'hyperion-output-'));
});

afterEach(() => {
  chmodSync(parent, 0o755);
  rmSync(parent, { recursive: true });
});

const folder = (name: string, text: string): { name: string; files: Map<string, string> } => ({
  name,
  files: new Map([
    ['graph.json', text],
    ['manifests/00-a.yaml', text],
  ]),
});

test('writes every file, and nothing else', () => {
  writeFolders(join(parent, 'deep', 'er'), [folder('one', 'x')]);
  expect(readdirSync(join(parent, 'deep', 'er'))).toEqual(['one']);
  expect(readFileSync(join(parent, 'deep', 'er', 'one', 'manifests', '00-a.yaml'), 'utf8')).toBe('x');
});

test('what an earlier run wrote is gone, also files that are no longer made', () => {
  writeFolders(parent, [folder('one', 'x')]);
  writeFileSync(join(parent, 'one', 'manifests', '07-old.yaml'), 'old');
  writeFolders(parent, [folder('one', 'y')]);
  expect(readdirSync(join(parent, 'one', 'manifests'))).toEqual(['00-a.yaml']);
  expect(readFileSync(join(parent, 'one', 'graph.json'), 'utf8')).toBe('y');
});

test("somebody else's folder is left alone, and so is everything that was to be written beside it", () => {
  mkdirSync(join(parent, 'two'));
  writeFileSync(join(parent, 'two', 'thesis.txt'), 'mine');
  expect(() => {
    writeFolders(parent, [folder('one', 'x'), folder('two', 'x')]);
  }).toThrow(
    `${join(parent, 'two')} was not written by hyperion (it has no graph.json), and would be replaced; choose another folder with --out`,
  );
  expect(readdirSync(parent)).toEqual(['two']);
  expect(readdirSync(join(parent, 'two'))).toEqual(['thesis.txt']);
});

test('a file in the place of a folder is said so', () => {
  writeFileSync(join(parent, 'file'), '');
  expect(() => {
    writeFolders(join(parent, 'file'), [folder('one', 'x')]);
  }).toThrow(/^cannot write to .*\/file: .*; choose another folder with --out$/);
});

test('when a file cannot be written, the old folders stay as they were', () => {
  writeFolders(parent, [folder('one', 'old'), folder('two', 'old')]);
  const bad = {
    name: 'two',
    files: new Map([
      ['graph.json', 'new'],
      ['graph.json/below', 'new'],
    ]),
  };
  expect(() => {
    writeFolders(parent, [folder('one', 'new'), bad]);
  }).toThrow(/^cannot write to /);
  expect(readdirSync(parent).sort()).toEqual(['one', 'two']);
  expect(readFileSync(join(parent, 'one', 'graph.json'), 'utf8')).toBe('old');
  expect(existsSync(join(parent, 'two', 'manifests', '00-a.yaml'))).toBe(true);
});
