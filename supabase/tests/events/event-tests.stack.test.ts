import { createEventTestStore } from '@sluice/db';
import { SluiceError } from '@sluice/shared';
import { expect, test } from 'vitest';
import { connectWithEvents } from '../support/events.ts';
import { type Connection, startLedger } from '../support/ledger.ts';

/** What becomes of a test of events when its integration is edited. */

const ledger = await startLedger();
const tests = createEventTestStore(ledger.service);

const HERE = 'https://s3.customer.example';

const connectHere = () =>
  connectWithEvents(ledger, { provider: 'generic', endpoint: HERE, region: 'default', bucket: 'documents' });

const change = ({ integrationId }: Connection, changes: string) =>
  ledger.rows(`update public.s3_integrations set ${changes} where id = $1`, [integrationId]);

const testOf = async ({ integrationId }: Connection) =>
  (
    await ledger.rows(
      `select error_code, ended_at is not null as is_ended, overtaken_at is not null as is_overtaken
       from public.s3_event_tests where integration_id = $1`,
      [integrationId],
    )
  )[0];

const PLACES = [
  [`endpoint = '${HERE}:443/'`, 'same'],
  [`endpoint = 'https://S3.Customer.Example'`, 'same'],
  [`region = 'elsewhere'`, 'same'],
  [`endpoint = '${HERE}:8443'`, 'another'],
  [`bucket = 'others'`, 'another'],
] as const;

test.each(PLACES)(
  'after %s it is the %s bucket: one that is open goes on or is left behind',
  async (changes, which) => {
    const connection = await connectHere();
    const { id } = await tests.begin(connection.tenant.owner.id, connection.integrationId, 'probe');
    await tests.note(id, null);
    await change(connection, changes);
    const isLeft = which === 'another';
    expect(await testOf(connection)).toEqual({
      error_code: isLeft ? 'event_test_left_behind' : null,
      is_ended: isLeft,
      is_overtaken: true,
    });
  },
);

test.each(PLACES)(
  'after %s it is the %s bucket: one that passed stands or is forgotten',
  async (changes, which) => {
    const connection = await connectHere();
    const { id } = await tests.begin(connection.tenant.owner.id, connection.integrationId, 'probe');
    await tests.note(id, null);
    await tests.end(id, null);
    await change(connection, changes);
    expect((await testOf(connection)) === undefined).toBe(which === 'another');
  },
);

test.each([`bucket = 'others'`, `input_prefix = 'others/'`])(
  'one that could not be written is forgotten after %s, one whose object still lies there is not',
  async (changes) => {
    const denied = new SluiceError('access_denied');
    const connection = await connectHere();
    const begin = () => tests.begin(connection.tenant.owner.id, connection.integrationId, 'probe');
    await tests.note((await begin()).id, denied);
    await change(connection, changes);
    expect(await testOf(connection)).toBeUndefined();

    const { id } = await begin();
    await tests.note(id, null);
    await tests.end(id, denied);
    await change(connection, `bucket = 'third', input_prefix = 'third/'`);
    expect(await testOf(connection)).toMatchObject({ error_code: 'access_denied', is_ended: true });
  },
);
