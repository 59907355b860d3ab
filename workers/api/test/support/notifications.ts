import type { Pool } from 'pg';

/** A target without a secret and one delivery to it that was given up. */
export const seedDelivery = async (
  sql: Pool,
  tenantId: string,
): Promise<{ targetId: string; deliveryId: string }> => {
  const [targetId, deliveryId] = [crypto.randomUUID(), crypto.randomUUID()];
  await sql.query(
    `insert into public.notification_targets (id, tenant_id, name, url) values ($1, $2, $1::uuid::text, 'https://hooks.example.com/')`,
    [targetId, tenantId],
  );
  await sql.query(
    `insert into public.notification_deliveries (id, tenant_id, target_id, event_type, payload, state, due_at)
     values ($1, $2, $3, 'document.failed', '{}', 'failed', null)`,
    [deliveryId, tenantId, targetId],
  );
  return { targetId, deliveryId };
};
