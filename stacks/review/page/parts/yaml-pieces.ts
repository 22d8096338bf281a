/** A line of YAML (or of an INI file) in pieces to be coloured: keys and comments. No parser: a line that is odd is plain. */
export interface Piece {
  readonly text: string;
  readonly kind: 'plain' | 'key' | 'comment';
}

const COMMENT = /^\s*[#;]/;
const KEY = /^(\s*(?:- )*)("[^"]*"|[\w./$-][\w./$ -]*?)(\s*[:=](?:\s.*|$))/;

export function yamlPieces(line: string): readonly Piece[] {
  if (COMMENT.test(line)) return [{ text: line, kind: 'comment' }];
  const [, indent = '', key, rest = ''] = KEY.exec(line) ?? [];
  if (key === undefined) return [{ text: line, kind: 'plain' }];
  return [
    { text: indent, kind: 'plain' },
    { text: key, kind: 'key' },
    { text: rest, kind: 'plain' },
  ];
}
