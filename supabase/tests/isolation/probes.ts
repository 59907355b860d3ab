import { outcomeOf, whoseRows } from './ask.ts';
import type { Catalogue, CatalogueFunction, Relation } from './catalogue.ts';
import { callExpectation, circleOf, seenRows } from './circles.ts';
import { ACTOR_FUNCTIONS, ENGINE_FUNCTIONS } from './expectations/engine-functions.ts';
import { TABLES } from './expectations/tables.ts';
import { USER_FUNCTIONS } from './expectations/user-functions.ts';
import { ACTORS, CALLERS, type Caller, type TableExpectation } from './expectations/vocabulary.ts';
import { LOOKS_BEHIND } from './look-behind.ts';
import type { World } from './world.ts';

/** One field of the matrix: a question, and what has to come of it. */
export interface Probe {
  /** The table, view or function. */
  readonly object: string;
  readonly verb: 'select' | 'column' | 'insert' | 'update' | 'delete' | 'execute';
  readonly caller: Caller;
  /** What tells it from the other questions of its object, verb and caller. */
  readonly detail: string;
  readonly expected: string;
  readonly look: (world: World) => Promise<string>;
}

/** Every field of the matrix. What the catalogue has and nobody expects has none: {@link import('./standing.ts')} says so. */
export function makeProbes(catalogue: Catalogue): Probe[] {
  return [
    ...catalogue.relations.flatMap((relation) => {
      const expectation = TABLES[relation.name];
      return expectation === undefined ? [] : tableProbes(relation, expectation);
    }),
    ...catalogue.functions.flatMap(functionProbes),
    ...LOOKS_BEHIND,
  ];
}

function tableProbes({ name, columns }: Relation, expectation: TableExpectation): Probe[] {
  const tenant = expectation.tenant ?? 'tenant_id';
  const hidden = expectation.hiddenRows;
  return CALLERS.flatMap((caller): Probe[] => {
    const probe = (verb: Probe['verb'], expected: string, look: Probe['look'], detail = ''): Probe => ({
      object: name,
      verb,
      caller,
      detail,
      expected,
      look,
    });
    const target = (world: World) => `/${name}?${tenant}=eq.${world.acme.tenant}`;
    const row = (world: World) => ({ [tenant]: world.acme.tenant });
    return [
      probe('select', seenRows(expectation, caller), (world) => whoseRows(world, caller, name, tenant)),
      ...(hidden === undefined || caller === 'service' || caller === 'anonymous'
        ? []
        : [
            probe(
              'select',
              'no rows',
              (world) => whoseRows(world, caller, name, tenant, `&${hidden}`),
              hidden,
            ),
          ]),
      // A grant is a role's, not a user's: one user stands for all.
      ...(caller === 'owner' || caller === 'anonymous' || caller === 'service' ? columns : []).map((column) =>
        probe(
          'column',
          caller === 'anonymous' ||
            (caller === 'owner' && expectation.engineColumns?.includes(column) === true)
            ? 'denied'
            : 'done',
          (world) => outcomeOf(world, caller, { method: 'GET', path: `/${name}?select=${column}&limit=1` }),
          column,
        ),
      ),
      probe('insert', 'denied', (world) =>
        outcomeOf(world, caller, { method: 'POST', path: `/${name}`, body: row(world) }),
      ),
      probe('update', 'denied', (world) =>
        outcomeOf(world, caller, { method: 'PATCH', path: target(world), body: row(world) }),
      ),
      probe('delete', 'denied', (world) =>
        outcomeOf(world, caller, { method: 'DELETE', path: target(world) }),
      ),
    ];
  });
}

function functionProbes({ name, parameters }: CatalogueFunction): Probe[] {
  const call = (caller: Caller, expected: string, body: (world: World) => unknown, detail = ''): Probe => ({
    object: name,
    verb: 'execute',
    caller,
    detail,
    expected,
    look: (world) => outcomeOf(world, caller, { method: 'POST', path: `/rpc/${name}`, body: body(world) }),
  });
  const nulls = Object.fromEntries(parameters.map((parameter) => [parameter, null]));
  const user = USER_FUNCTIONS[name];
  const acting = ACTOR_FUNCTIONS[name];
  const isEngines = acting !== undefined || ENGINE_FUNCTIONS.includes(name);
  const probes: Probe[] = [];
  for (const caller of CALLERS) {
    if (caller === 'service') {
      if (user?.path === undefined) {
        // The named exception: whatever comes of a call about nothing, it was not the privilege that was missing.
        const anything = call(caller, isEngines ? 'let in' : 'denied', () => nulls);
        probes.push({
          ...anything,
          look: async (world) => ((await anything.look(world)) === 'denied' ? 'denied' : 'let in'),
        });
      }
    } else if (user === undefined) {
      probes.push(call(caller, 'denied', () => nulls));
    } else if (user.path === undefined) {
      const calls = Object.entries({ '': user, ...user.more });
      probes.push(
        ...calls.map(([detail, one]) =>
          call(caller, callExpectation(one, caller), ({ acme }) => one.args(acme), detail),
        ),
      );
    } else {
      const path = user.path;
      probes.push({
        ...call(caller, callExpectation(user, caller), () => null),
        look: (world) => outcomeOf(world, caller, { method: 'GET', path: path(world.acme) }),
      });
    }
  }
  const mixed = user?.mixed;
  if (mixed !== undefined) {
    const expected = user?.mixedIs ?? 'unseen';
    probes.push(
      call('owner', expected, ({ acme, umbrella }) => mixed(acme, umbrella), 'with something of Umbrella'),
    );
  }
  if (acting !== undefined) {
    for (const actor of ACTORS) {
      const expected = circleOf(acting, actor);
      const body = ({ acme, userIds }: World) => ({ p_actor: userIds[actor], ...acting.args(acme) });
      probes.push(call('service', expected, body, `for ${actor}`));
    }
  }
  return probes;
}

/** One line of words. */
export const nameOf = ({ object, verb, caller, detail }: Probe): string =>
  `${caller} ${verb} ${object}${detail === '' ? '' : ` (${detail})`}`;
