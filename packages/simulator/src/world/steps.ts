import type { Fact } from './history.ts';

/** How many steps of an object's life make a path. */
const LENGTH = 3;

/** What happened to objects and listings under their leases, three steps at a time. */
export const stepsOf = (facts: readonly Fact[]): ReadonlySet<string> => {
  const lives = new Map<string, string[]>();
  const paths = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'leased' && fact.kind !== 'believed' && fact.kind !== 'reclaimed') continue;
    const life = lives.get(fact.work) ?? [];
    lives.set(fact.work, life);
    life.push(
      fact.kind === 'leased'
        ? fact.stage
        : fact.kind === 'reclaimed'
          ? 'reclaimed'
          : (fact.outcome ?? 'listed'),
    );
    paths.add(life.slice(-LENGTH).join(' > '));
  }
  return paths;
};
