import { expect, test } from 'vitest';
import { testProblems } from '../checks/security-doc.ts';

const FILES: Readonly<Record<string, string>> = {
  'a.test.ts': "test('holds', () => {});\ntest.each(all)('holds for %s', (one) => {});\n// not 'a test',\n",
  'b.sql': "select ok(true, 'nobody reads it');",
};
const problemsOf = (...lines: string[]) =>
  testProblems(lines.join('\n'), (path) => FILES[path] ?? null).problems;

test('a document whose tests are there has no problem', () => {
  expect(
    problemsOf(
      '| V1.2.3 | It holds | `a.test.ts`: “holds”<br>`a.test.ts`: “holds for %s” |',
      '| V8.4.1 | It is shut | `b.sql`: “nobody reads it” |',
    ),
  ).toEqual([]);
});

test.each([
  ['a test that was renamed', '| V1.2.3 | x | `a.test.ts`: “held” |', 'a.test.ts has no test “held”'],
  [
    'a name that only a comment has',
    '| V1.2.3 | x | `a.test.ts`: “a test” |',
    'a.test.ts has no test “a test”',
  ],
  ['an assertion that is gone', '| V1.2.3 | x | `b.sql`: “reads it” |', 'b.sql has no test “reads it”'],
  ['a file that is gone', '| V1.2.3 | x | `c.test.ts`: “holds” |', 'there is no c.test.ts'],
  ['a requirement without a test', '| V1.2.3 | x | later |', 'V1.2.3 names no test'],
  ['a document without requirements', 'words', 'it names no requirement'],
])('%s is a problem', (_what, line, problem) => {
  expect(problemsOf(line)).toEqual([problem]);
});

test('a requirement that stands twice is a problem', () => {
  const line = '| V1.2.3 | x | `a.test.ts`: “holds” |';
  expect(problemsOf(line, line)).toEqual(['V1.2.3 stands twice']);
});
