/** What is wrong with a document that names tests, and how much it names. */
export interface SecurityDocument {
  readonly problems: readonly string[];
  readonly requirements: number;
  readonly tests: number;
}

/** In the chapters of ASVS 5.0. */
const REQUIREMENT = /^\|\s*(V\d+\.\d+\.\d+)\s*\|/;
/** `path/of/a.test.ts`: “its name” */
const NAMED = /`([^`]+\.(?:ts|sql))`: “([^”]+)”/g;

/**
 * Looks up every test that a document names as `` `file`: “name” ``.
 * @param read the text of a file of the repository, null when there is none
 */
export function testProblems(document: string, read: (path: string) => string | null): SecurityDocument {
  const problems: string[] = [];
  const seen = new Set<string>();
  let tests = 0;
  for (const line of document.split('\n')) {
    const named = [...line.matchAll(NAMED)];
    tests += named.length;
    for (const [, path = '', name = ''] of named) {
      const text = read(path);
      if (text === null) problems.push(`there is no ${path}`);
      else if (!isTestOf(path, text, name)) problems.push(`${path} has no test “${name}”`);
    }
    const requirement = REQUIREMENT.exec(line)?.[1];
    if (requirement === undefined) continue;
    if (seen.has(requirement)) problems.push(`${requirement} stands twice`);
    seen.add(requirement);
    if (named.length === 0) problems.push(`${requirement} names no test`);
  }
  if (seen.size === 0) problems.push('it names no requirement');
  return { problems, requirements: seen.size, tests };
}

/** A name in a comment is no test: it has to be the first thing that a test is given. In SQL it is what pgTAP is told. */
function isTestOf(path: string, text: string, name: string): boolean {
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (path.endsWith('.sql')) return new RegExp(`'${quoted.replaceAll("'", "''")}'`).test(text);
  const given = new RegExp(`\\(\\s*(['"\`])${quoted}\\1\\s*,`);
  return given.test(text);
}
