import { SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { claimedWorld as world } from '../support/object-world.ts';

describe('where who may list one folder only is denied what is not there', () => {
  const denied = new SluiceError('access_denied', { providerStatus: 403 });
  /** The objects were found; `gone` is not there any more, and `kept` may not be read. */
  const deniedBoth = async () => {
    const { world: w, ids } = await world('in/gone.pdf', 'in/kept.pdf');
    w.bucket.remove('in/gone.pdf');
    w.bucket.set('in/gone.pdf.bak', 'another');
    return { w, ids };
  };

  it('tells what is gone from what is denied, in the look', async () => {
    const { w, ids } = await deniedBoth();
    w.faults = ({ method }) => (method === 'head' ? { before: denied } : null);
    await w.process(ids);
    expect(w.row('in/gone.pdf')).toMatchObject({ state: 'skipped', reason: 'object_not_found' });
    expect(w.row('in/kept.pdf')).toMatchObject({ state: 'found', reason: 'access_denied' });
  });

  it('tells what is gone from what is denied, in the read', async () => {
    const { world: w, ids } = await world('in/gone.pdf', 'in/kept.pdf');
    w.misbehaviour = async () => {
      w.bucket.remove('in/gone.pdf');
      return { outcome: 'source_failed', status: 403, providerCode: 'AccessDenied' };
    };
    await w.process(ids);
    expect(w.row('in/gone.pdf')).toMatchObject({ state: 'skipped', reason: 'object_not_found' });
    expect(w.row('in/kept.pdf')).toMatchObject({ state: 'found', reason: 'access_denied' });
  });

  it.each([
    ['is refused as well', async () => Promise.reject(denied)],
    ['does not end', async () => ({ objects: [], continuationToken: 'more' })],
  ] as const)('takes nothing for gone where the listing %s', async (_, listPage) => {
    const { w, ids } = await deniedBoth();
    w.bucket.listPage = listPage;
    w.faults = ({ method }) => (method === 'head' ? { before: denied } : null);
    await w.process(ids);
    expect(w.states()).toEqual({ 'in/gone.pdf': 'access_denied', 'in/kept.pdf': 'access_denied' });
  });
});
