import type { Catalogue, CatalogueFunction, Relation } from './catalogue.ts';
import { ACTOR_FUNCTIONS, ENGINE_FUNCTIONS } from './expectations/engine-functions.ts';
import { TABLES } from './expectations/tables.ts';
import { USER_FUNCTIONS } from './expectations/user-functions.ts';
import { type TableExpectation } from './expectations/vocabulary.ts';

/**
 * What is wrong with the catalogue as it stands, without asking anybody: things that nobody expects or that are gone, and
 * privileges that no request can use today and that should not be there all the same.
 * @returns a sentence each; empty when all is well.
 */
export function standingProblems(catalogue: Catalogue): string[] {
  return [
    ...expectationProblems(catalogue),
    ...catalogue.relations.flatMap(relationProblems),
    ...policyProblems(catalogue),
    ...catalogue.functions.flatMap(callerProblems),
  ];
}

function expectationProblems({ relations, functions, hiddenGrants }: Catalogue): string[] {
  const functionNames = functions.map(({ name }) => name);
  const expected = new Set([
    ...Object.keys(USER_FUNCTIONS),
    ...Object.keys(ACTOR_FUNCTIONS),
    ...ENGINE_FUNCTIONS,
  ]);
  const shown = relations.filter(({ kind }) => kind !== 'sequence').map(({ name }) => name);
  return [
    ...shown.filter((name) => TABLES[name] === undefined).map((name) => `${name} has no expectation`),
    ...Object.keys(TABLES)
      .filter((name) => !shown.includes(name))
      .map((name) => `${name} is expected and gone`),
    ...functionNames.filter((name) => !expected.has(name)).map((name) => `${name}() has no expectation`),
    ...[...expected]
      .filter((name) => !functionNames.includes(name))
      .map((name) => `${name}() is expected and gone`),
    ...functionNames
      .filter((name, index) => functionNames.indexOf(name) !== index)
      .map((name) => `${name}() is there twice: one of the two would not be asked`),
    ...hiddenGrants.map((grant) => `an API role has a privilege on what is hidden: ${grant}`),
  ];
}

function relationProblems(relation: Relation): string[] {
  const { name, kind, isRowSecured } = relation;
  const expectation = TABLES[name];
  const wanted =
    expectation === undefined ? { grants: [], columnGrants: [] } : wantedGrants(relation, expectation);
  return [
    ...(kind === 'table' && !isRowSecured ? [`${name} has no row level security`] : []),
    ...difference(relation.grants, wanted.grants, name),
    ...difference(relation.columnGrants, wanted.columnGrants, name),
  ];
}

function wantedGrants({ columns }: Relation, { engineColumns = [] }: TableExpectation) {
  return {
    grants: [...(engineColumns.length === 0 ? ['authenticated SELECT'] : []), 'service_role SELECT'],
    columnGrants: columns.flatMap((column) => [
      ...(engineColumns.includes(column) ? [] : [`authenticated SELECT ${column}`]),
      `service_role SELECT ${column}`,
    ]),
  };
}

function difference(is: readonly string[], wanted: readonly string[], name: string): string[] {
  return [
    ...is.filter((grant) => !wanted.includes(grant)).map((grant) => `${name}: ${grant} is granted`),
    ...wanted.filter((grant) => !is.includes(grant)).map((grant) => `${name}: ${grant} is not granted`),
  ];
}

/** A function that calls another one denies a caller twice; either of the two could be lost and nobody would be let in. */
function callerProblems({ name, callers }: CatalogueFunction): string[] {
  const isEngines = ACTOR_FUNCTIONS[name] !== undefined || ENGINE_FUNCTIONS.includes(name);
  const wanted = [
    ...(USER_FUNCTIONS[name] === undefined ? [] : ['authenticated']),
    ...(isEngines ? ['service_role'] : []),
  ];
  return difference(callers, wanted, `${name}()`);
}

/** Functions write, so there is no policy but for reading; and none but for users, whose token it can ask. */
function policyProblems({ policies }: Catalogue): string[] {
  return policies.flatMap(({ table, name, command, roles, withCheck }) => [
    ...(command === 'SELECT' && withCheck === null
      ? []
      : [`${table}: the policy "${name}" is not for reading alone`]),
    ...(roles.join() === 'authenticated' ? [] : [`${table}: the policy "${name}" is for ${roles.join()}`]),
  ]);
}
