-- What the tables themselves refuse, whoever writes.
select plan(13);
select tap.make_world();

select throws_ok(format($$ insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix) values (%L, %L, 'x/') $$,
  tap.tenant_id('acme'), tap.integration_id('umbrella-bucket')), '23503', null, 'a folder rule belongs to its integration''s tenant');
select throws_ok(format($$ insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
  values (%L, %L, 'k', 'e', 1, 'poll', 'found', now()) $$, tap.tenant_id('acme'), tap.integration_id('umbrella-bucket')), '23503', null,
  'an object belongs to its integration''s tenant');
select throws_ok(format($$ insert into public.s3_poll_states (tenant_id, integration_id) values (%L, gen_random_uuid()) $$, tap.tenant_id('acme')), '23503', null,
  'a poll belongs to an integration');
select throws_ok(format($$ update public.s3_listing_slices set tenant_id = %L where integration_id = %L $$, tap.tenant_id('acme'), tap.integration_id('umbrella-bucket')),
  '23503', null, 'a slice belongs to its integration''s tenant');

create function pg_temp.object(p_columns text, p_values text) returns text
language sql as $$ select format('insert into public.s3_processed_objects (tenant_id, integration_id, key, size_bytes, found_by, %s) values (%L, %L, %L, 1, ''poll'', %s)',
  p_columns, tap.tenant_id('acme'), tap.integration_id('acme-bucket'), 'in/k.pdf', p_values) $$;
select throws_ok(pg_temp.object('etag, state', $$ 'e', 'found' $$), '23514', null, 'a pending object has a due time');
select throws_ok(pg_temp.object('etag, state, reason, due_at', $$ 'e', 'skipped', 'oversize', now() $$), '23514', null, 'a settled object has none');
select throws_ok(pg_temp.object('etag, state', $$ 'e', 'failed' $$), '23514', null, 'an object that was not processed says why');
select throws_ok(pg_temp.object('etag, state, lease_id', $$ 'e', 'written_back', gen_random_uuid() $$), '23514', null, 'a settled object holds no lease');
select lives_ok(pg_temp.object('etag, state, due_at', $$ 'e', 'found', now() $$), 'an object is found');
select throws_ok(pg_temp.object('etag, state, due_at, is_current', $$ 'e', 'found', now(), false $$), '23505', null, 'once, by key, ETag and size');
select throws_ok(pg_temp.object('etag, state, due_at', $$ 'f', 'found', now() $$), '23505', null, 'a key has one current version');
select lives_ok(pg_temp.object('etag, state, due_at, is_current', $$ 'f', 'found', now(), false $$), 'and any number of earlier ones');
select throws_ok(format($$ insert into public.cost_ledger (tenant_id, job_id, kind, pages, amount_micros) select tenant_id, job_id, kind, 1, 1 from public.cost_ledger $$),
  '23505', null, 'a job is charged once');
select * from finish();
