import { describe, expect, test } from 'vitest';
import { splitSqlStatements } from '../src/index.ts';

function texts(script: string): string[] {
  return splitSqlStatements(script).map((statement) => statement.text);
}

describe('a script is cut at the semicolons that end statements', () => {
  test.each([
    ['plain', 'select 1; select 2', ['select 1', 'select 2']],
    ['strings', `select 'a;''b;'; select E'\\';'`, [`select 'a;''b;'`, `select E'\\';'`]],
    ['names', 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', 'select 2']],
    ['dollar quotes', 'do $$ begin; end $$; do $x$ $$; $x$', ['do $$ begin; end $$', 'do $x$ $$; $x$']],
    ['line comments', "select 1 -- it's; fine\n; select 2", ["select 1 -- it's; fine", 'select 2']],
    [
      'nested comments',
      'select /* a; /* b; */ c; */ 1; select 2',
      ['select /* a; /* b; */ c; */ 1', 'select 2'],
    ],
    ['only comments', '-- nothing;\n/* here; */ ;;', []],
    ['positional parameters', 'prepare p as select $1; select 2', ['prepare p as select $1', 'select 2']],
    [
      'bodies in standard syntax',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
      [
        'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
        'select 3',
      ],
    ],
    [
      'case outside of a body',
      'select case when true then 1 end; begin; end;',
      ['select case when true then 1 end', 'begin', 'end'],
    ],
  ])('%s', (_name, script, expected) => {
    expect(texts(script)).toEqual(expected);
  });

  test('and each knows its line', () => {
    const lines = splitSqlStatements('select 1;\n\n-- why\nselect\n 2;\nselect 3').map(
      (statement) => statement.line,
    );
    expect(lines).toEqual([1, 3, 6]);
  });
});
