import { addMember } from '@sluice/testkit';
import { at, call, fieldsOf, loadDocument, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';

const sql = openSql();
const { document } = await loadDocument();
const EXAMPLES =
  document.paths['/api/integrations/s3']?.['post']?.requestBody?.content['application/json']?.examples;
const KMS_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** Connects the document's example of a provider, for a tenant of its own, and reads its setup. */
const setupOf = async (provider: string, query = '') => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const id = await newIntegration(tenant, { ...bodyOf(provider), tenantId: tenant.id });
  await park(sql, id);
  const answer = await call('GET', `/api/integrations/s3/${id}/setup${query}`, { token });
  expect(answer.status, answer.text).toBe(200);
  return { tenant, token, id, ...answer };
};

/** The example alone: what the generic body has besides is left out. */
const bodyOf = (provider: string): Record<string, unknown> => {
  const example = EXAMPLES?.[provider]?.value;
  if (typeof example !== 'object' || example === null) throw new Error(`no example of ${provider}`);
  const nothing = { endpoint: undefined, credentials: undefined, region: undefined };
  return { ...nothing, ...example };
};

const namesOf = (body: unknown): unknown[] => {
  const artefacts = at(body, 'artefacts');
  return Array.isArray(artefacts) ? artefacts.map((artefact) => at(artefact, 'name')) : [];
};

/** The content of an artefact that is JSON. */
const documentOf = (body: unknown, name: string): unknown =>
  JSON.parse(String(at(body, `artefacts.${namesOf(body).indexOf(name)}.content`)));

describe('the setup of an integration', () => {
  test.each([
    [
      'aws_role',
      [
        'cloudformation_quick_create',
        'cloudformation_template',
        'terraform',
        'commands',
        'trust_policy',
        'iam_policy',
      ],
    ],
    ['aws_key', ['iam_policy', 'commands']],
    ['r2', ['token_request', 'commands']],
    ['b2', ['commands']],
    ['generic', ['iam_policy', 'commands', 'bucket_policy', 'commands']],
  ])('has what %s needs, for its bucket', async (provider, names) => {
    const { body, text } = await setupOf(provider);
    expect(at(body, 'provider')).toBe(provider);
    expect(namesOf(body)).toEqual(names);
    expect(text).toContain('acme-documents');
  });

  test('trusts us with the external id of this very integration', async () => {
    const { body, token, id } = await setupOf('aws_role');
    const integration = (await call('GET', `/api/integrations/s3/${id}`, { token })).body;
    const externalId = at(integration, 'externalId');
    expect(String(externalId).length).toBeGreaterThan(32);
    expect(at(body, 'externalId')).toBe(externalId);
    expect(documentOf(body, 'trust_policy')).toMatchObject({
      Statement: [
        {
          Principal: { AWS: 'arn:aws:iam::000000000000:user/sluice-local' },
          Condition: { StringEquals: { 'sts:ExternalId': externalId } },
        },
      ],
    });
    const other = await setupOf('aws_role');
    expect(at(other.body, 'externalId')).not.toBe(externalId);
  });

  test('cannot be given another external id', async () => {
    const { token, id } = await setupOf('aws_role');
    const answer = await call('PATCH', `/api/integrations/s3/${id}`, {
      token,
      body: { externalId: 'x'.repeat(40) },
    });
    expect(answer.status).toBe(400);
    expect(fieldsOf(answer)).toContain('externalId');
    await expect(
      sql.query(`update public.s3_integrations set external_id = repeat('y', 40) where id = $1`, [id]),
    ).rejects.toThrow('cannot be changed');
  });

  test('covers the KMS key it is asked for', async () => {
    const { body } = await setupOf('aws_role', `?kmsKeyArn=${encodeURIComponent(KMS_KEY)}`);
    expect(JSON.stringify(documentOf(body, 'iam_policy'))).toContain(KMS_KEY);
    const { body: without } = await setupOf('aws_role');
    expect(JSON.stringify(documentOf(without, 'iam_policy'))).not.toContain('kms:');
  });

  test('is for every member, and says no secret', async () => {
    const { tenant, id } = await setupOf('aws_key');
    const { accessToken: token } = await addMember(inject('stack'), tenant, 'member');
    const answer = await call('GET', `/api/integrations/s3/${id}/setup`, { token });
    expect(answer.status).toBe(200);
    // `call` fails when an answer holds a credential that was sent.
    expect(answer.text).not.toContain('wJalrXUtnFEMI');
  });

  test('is another tenant’s 404', async () => {
    const { id } = await setupOf('r2');
    const stranger = (await newTenant()).owner.accessToken;
    expect((await call('GET', `/api/integrations/s3/${id}/setup`, { token: stranger })).status).toBe(404);
  });
});

describe('the setup of its events', () => {
  const eventSetupOf = async (provider: string) => {
    const { id, token } = await setupOf(provider);
    const answer = await call('GET', `/api/integrations/s3/${id}/setup/events`, { token });
    expect(answer.status, answer.text).toBe(200);
    return { id, ...answer };
  };

  test.each([
    ['aws_role', ['cloudformation_template', 'terraform', 'commands', 'commands']],
    ['aws_key', ['cloudformation_template', 'terraform', 'commands', 'commands']],
    ['r2', []],
    ['b2', ['commands', 'event_rule']],
    ['generic', ['commands', 'event_topic', 'bucket_notification', 'commands']],
  ])('sends those of %s to this very integration', async (provider, names) => {
    const { id, body, text } = await eventSetupOf(provider);
    expect(namesOf(body)).toEqual(names);
    const eventsUrl = String(at(body, 'eventsUrl'));
    expect(new URL(eventsUrl).pathname).toBe(`/api/events/s3/${id}`);
    if (names.length > 0) expect(text.split(new URL(eventsUrl).pathname).length).toBeGreaterThan(2);
  });

  test('match the account of the role', async () => {
    const { body } = await eventSetupOf('aws_role');
    expect(documentOf(body, 'cloudformation_template')).toMatchObject({
      Resources: {
        Rule: { Properties: { EventPattern: { account: ['123456789012'], region: ['eu-central-1'] } } },
      },
    });
  });

  test('is another tenant’s 404', async () => {
    const { id } = await setupOf('aws_key');
    const stranger = (await newTenant()).owner.accessToken;
    expect((await call('GET', `/api/integrations/s3/${id}/setup/events`, { token: stranger })).status).toBe(
      404,
    );
  });
});
