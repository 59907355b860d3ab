/**
 * docs/security.md names tests: each must exist, in the file it is said to be in, under that name. A requirement stands once, and
 * has at least one test. Prints each that does not and exits 1.
 */
import { existsSync, readFileSync } from 'node:fs';
import { testProblems } from './security-doc.ts';

const DOCUMENT = 'docs/security.md';
const { problems, requirements, tests } = testProblems(readFileSync(DOCUMENT, 'utf8'), (path) =>
  existsSync(path) ? readFileSync(path, 'utf8') : null,
);

if (problems.length > 0) {
  process.stderr.write(`${problems.map((problem) => `${DOCUMENT}: ${problem}`).join('\n')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(
    `security: ${requirements} requirements of ASVS and ${tests} names of tests, all there\n`,
  );
}
