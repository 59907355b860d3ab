/**
 * Every table, view and function of the generated types stands in the matrix of isolation, and a table of `private` keeps everybody out,
 * so that a new one that does not fails here, without a database. What is wrong with those that do is `npm run isolation`'s to say.
 * Exits 1.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSync, type TSType } from 'oxc-parser';
import {
  ACTOR_FUNCTIONS,
  ENGINE_FUNCTIONS,
} from '../../supabase/tests/isolation/expectations/engine-functions.ts';
import { TABLES } from '../../supabase/tests/isolation/expectations/tables.ts';
import { USER_FUNCTIONS } from '../../supabase/tests/isolation/expectations/user-functions.ts';

const EXPECTATIONS = 'supabase/tests/isolation/expectations';
const GENERATED = 'packages/db/src/generated/database.ts';

/** Below a path of properties of the type `Database`, the names of the next. */
function namesIn(...path: readonly string[]): string[] {
  const { program } = parseSync(GENERATED, readFileSync(GENERATED, 'utf8'));
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = statement;
    if (declaration?.type !== 'TSTypeAliasDeclaration' || declaration.id.name !== 'Database') continue;
    let properties = propertiesOf(declaration.typeAnnotation);
    for (const step of path) properties = propertiesOf(properties.get(step));
    return [...properties.keys()];
  }
  return [];
}

function propertiesOf(type: TSType | undefined): ReadonlyMap<string, TSType | undefined> {
  if (type?.type !== 'TSTypeLiteral') return new Map();
  return new Map(
    type.members.flatMap((member) => {
      if (member.type !== 'TSPropertySignature') return [];
      const { key } = member;
      const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : null;
      return name === null ? [] : [[name, member.typeAnnotation?.typeAnnotation] as const];
    }),
  );
}

const relations = [...namesIn('public', 'Tables'), ...namesIn('public', 'Views')].filter(
  (name) => name !== '',
);
const functions = namesIn('public', 'Functions');
const expected = new Set([
  ...Object.keys(USER_FUNCTIONS),
  ...Object.keys(ACTOR_FUNCTIONS),
  ...ENGINE_FUNCTIONS,
]);
const problems = [
  ...relations.filter((name) => TABLES[name] === undefined),
  ...functions.filter((name) => !expected.has(name)).map((name) => `${name}()`),
].map((name) => `${name} has no expectation: say in ${EXPECTATIONS} who may do what with it`);
/** This migration closes the private tables of those before it. */
const CLOSES = '20261121145000';
const MIGRATIONS = 'supabase/migrations';
for (const name of readdirSync(MIGRATIONS).filter((one) => one > CLOSES)) {
  const text = readFileSync(`${MIGRATIONS}/${name}`, 'utf8');
  for (const [, table = ''] of text.matchAll(/create table (?:if not exists )?private\.(\w+)/g)) {
    const isClosed = new RegExp(
      `create policy [^;]+ on private\\.${table}\\s+as restrictive for all to public using \\(false\\)`,
    );
    if (!isClosed.test(text))
      problems.push(`private.${table} has no policy that keeps everybody out: as in ${CLOSES}`);
  }
}
if (relations.length === 0 || functions.length === 0) problems.push('the generated types could not be read');

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(
    `isolation: ${relations.length} tables and ${functions.length} functions have an expectation\n`,
  );
}
