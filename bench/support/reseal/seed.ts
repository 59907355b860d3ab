import { createTenant, type Stack, type TestUser } from '@sluice/testkit';
import { createLocalWrapper, createVault, toRow } from '@sluice/vault';

export interface Sealed {
  readonly owner: TestUser;
  readonly ids: readonly string[];
  /** What the integration of an index was sealed with. */
  readonly secretOf: (index: number) => string;
}

const CHUNK = 5_000;

/** So many integrations of one tenant, each with credentials of its own, sealed by a keyring's current key. */
export const seedSecrets = async (stack: Stack, keyring: string, count: number): Promise<Sealed> => {
  const { id: tenantId, owner } = await createTenant(stack);
  // It counts a tenant's integrations at each one, and no tenant has so many. This database is the bench's own.
  await stack.sql.query('alter table public.s3_integrations disable trigger limit_integrations');
  const vault = createVault({ wrapper: createLocalWrapper(keyring) });
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const secretOf = (index: number): string => `secret-${index}`.padEnd(40, '+');
  for (let from = 0; from < count; from += CHUNK) {
    const chunk = ids.slice(from, from + CHUNK);
    const rows = await Promise.all(
      chunk.map(async (recordId, n) => ({
        id: recordId,
        ...toRow(
          await vault.seal(
            { accessKeyId: `AKIA${from + n}`, secretAccessKey: secretOf(from + n) },
            { tenantId, recordId, field: 'credentials', version: 1 },
          ),
        ),
      })),
    );
    await stack.sql.query(
      `insert into public.s3_integrations (id, tenant_id, name, provider, bucket, region, output_prefix)
       select id, $1, 'bench', 'aws_key', 'b-' || id, 'us-east-1', 'out/' from unnest($2::uuid[]) as id`,
      [tenantId, chunk],
    );
    await stack.sql.query(
      `insert into private.sealed_secrets (tenant_id, record_type, record_id, field, version, format_version, key_id,
         kms_key_version, data_key_ciphertext, secret_ciphertext)
       select $1, 's3_integration', r.id, 'credentials', 1, r.format_version, r.key_id, r.kms_key_version,
         r.data_key_ciphertext::bytea, r.secret_ciphertext::bytea
       from jsonb_to_recordset($2::jsonb) as r (id uuid, format_version int, key_id text, kms_key_version int,
         data_key_ciphertext text, secret_ciphertext text)`,
      [tenantId, JSON.stringify(rows)],
    );
  }
  await stack.sql.query(`update public.s3_poll_states set next_poll_at = 'infinity'`);
  await stack.sql.query('analyze private.sealed_secrets');
  return { owner, ids, secretOf };
};
