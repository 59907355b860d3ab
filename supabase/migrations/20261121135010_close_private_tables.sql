-- Tables that no API role has a grant on, and that functions alone read and write, as their owner. Row level security is on and lets
-- nobody through; that this is meant, and not a policy forgotten, is said by a policy that does not either. A grant given by mistake
-- still opens nothing.
create policy "No API role reads or writes" on private.idempotency_keys for all to public using (false);
create policy "No API role reads or writes" on private.reseal_failures for all to public using (false);
create policy "No API role reads or writes" on private.reseal_runs for all to public using (false);
create policy "No API role reads or writes" on private.s3_event_deliveries for all to public using (false);
create policy "No API role reads or writes" on private.s3_held_up for all to public using (false);
create policy "No API role reads or writes" on private.s3_ledger_counters for all to public using (false);
create policy "No API role reads or writes" on private.s3_usage_daily for all to public using (false);
create policy "No API role reads or writes" on private.s3_usage_deltas for all to public using (false);
create policy "No API role reads or writes" on private.sealed_secrets for all to public using (false);
create policy "No API role reads or writes" on private.support_accesses for all to public using (false);
create policy "No API role reads or writes" on private.tenant_invitations for all to public using (false);
