import { expect, it } from 'vitest';
import type { IntegrationWithSecrets } from '../../src/ports/ledger.ts';
import { beginEach } from '../../src/processing/begin-each.ts';

const integration = (name: string) => ({ name }) as unknown as IntegrationWithSecrets;

it('begins one after another, and what cannot be begun does not keep the others from it', async () => {
  const broken = new Error('the database was away');
  let underWay = 0;
  const begun = await beginEach(['a', 'broken', 'nothing', 'b'], async (id) => {
    underWay += 1;
    expect(underWay).toBe(1);
    await Promise.resolve();
    underWay -= 1;
    if (id === 'broken') throw broken;
    if (id === 'nothing') return { objects: [], integrations: {} };
    return { objects: [id], integrations: { [`of-${id}`]: integration(id) } };
  });
  expect(begun).toEqual({
    objects: ['a', 'b'],
    integrations: { 'of-a': { name: 'a' }, 'of-b': { name: 'b' } },
    failures: [broken],
  });
});
