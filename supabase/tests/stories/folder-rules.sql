-- The rules of folders: set and deleted by admins only, inside the input folder, and never so that results meet.
select plan(30);
select tap.make_world();
create function pg_temp.set_rule(p_prefix text, p_rule jsonb default '{}', p_name text default 'acme-bucket') returns void
language sql as $$ select public.set_s3_folder_rule(tap.integration_id(p_name), p_prefix, p_rule) $$;

-- Who
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select pg_temp.set_rule('in/x/') $$, 'PT403', 'forbidden', 'a member cannot set a rule');
select throws_ok($$ select public.delete_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/de/') $$, 'PT403', 'forbidden', 'nor delete one');
select throws_ok($$ select pg_temp.set_rule('elsewhere/') $$, 'PT403', 'forbidden', 'whatever the rule says');
select isnt_empty($$ select 1 from public.s3_integration_folder_rules where prefix = 'in/de/' $$, 'but sees the rules there are');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select pg_temp.set_rule('in/x/') $$, 'PT404', 'not_found', 'for a stranger the integration does not exist');
select throws_ok($$ select public.delete_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/de/') $$, 'PT404', 'not_found', 'nor do its rules');
select throws_ok($$ select public.set_s3_folder_rule(gen_random_uuid(), 'in/x/', '{}') $$, 'PT404', 'not_found', 'as if it were not there');

-- Setting
select tap.clear();
insert into public.notification_targets (tenant_id, name, url) values (tap.tenant_id('acme'), 'fr', 'https://hooks.example.com/');
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select lives_ok($$ select pg_temp.set_rule('in/fr/', '{"language": "fr", "outputSubfolder": "french/", "qualityTier": "enhanced",
  "overwritePolicy": "ignore", "notificationTarget": "fr"}') $$, 'an admin can set a rule');
select results_eq($$ select language, output_subfolder, quality_tier, overwrite_policy, notification_target
  from public.s3_integration_folder_rules where prefix = 'in/fr/' $$,
  $$ values ('fr', 'french/', 'enhanced', 'ignore', 'fr') $$, 'with all it says');
select pg_temp.set_rule('in/fr/', '{"language": "fr-CA"}');
select results_eq($$ select language, output_subfolder from public.s3_integration_folder_rules where prefix = 'in/fr/' $$,
  $$ values ('fr-CA', null::text) $$, 'set again, it is replaced as a whole');
select pg_temp.set_rule('in/fr/', '{"language": "fr-CA"}');
select results_eq($$ select action, after ->> 'language' from public.audit_events
  where record_type = 's3_integration_folder_rules' and actor_id = tap.user_id('admin@acme.test') order by id $$,
  $$ values ('insert', 'fr'), ('update', 'fr-CA') $$, 'each change is attributed, and the same again is none');
select lives_ok($$ select pg_temp.set_rule('in/') $$, 'the input folder itself can have a rule');
select throws_ok($$ select pg_temp.set_rule('elsewhere/') $$, 'PT400', 'rule_outside_input', 'a rule outside the input folder is refused');
select throws_ok($$ select pg_temp.set_rule('in-old/') $$, 'PT400', 'rule_outside_input', 'a name that only begins alike is outside');
select throws_ok(format('select pg_temp.set_rule(%L)', p), 'PT400', 'invalid_request', format('a rule is for a folder: %s', p))
from unnest(array['in/a', 'in/../b/', E'in/a\tb/']) as p;
select throws_ok(format('select pg_temp.set_rule(''in/y/'', %L)', r), 'PT400', 'invalid_request', format('a rule cannot say %s', r))
from unnest(array['{"language": "not a language"}', '{"qualityTier": "best"}', '{"overwritePolicy": "maybe"}', '{"outputSubfolder": "x"}',
  '{"outputSubfolder": "../x/"}', '{"colour": "red"}', '{"language": 1}', '[]']) as r;

-- Results never meet
select pg_temp.set_rule('in/legal/', '{"outputSubfolder": "x/"}');
select throws_ok($$ select pg_temp.set_rule('in/legal/b/', '{"outputSubfolder": "x/legal/"}') $$, 'PT422', 'outputs_collide',
  'in/legal/legal/b/1.pdf and in/legal/b/1.pdf would have one result');
select lives_ok($$ select pg_temp.set_rule('in/legal/old/', '{"outputSubfolder": "x/"}') $$, 'folders inside one another can share a sub-folder');
select tap.clear();
insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
values (tap.tenant_id('acme'), tap.integration_id('acme-bucket'), 'in/z/it/a.pdf', 'e', 1, 'poll', 'found', now());
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select throws_ok($$ select pg_temp.set_rule('in/it/', '{"outputSubfolder": "z/"}') $$, 'PT422', 'outputs_collide',
  'results are not sent where those of a document that is there lie');

-- Deleting, and how many
select public.delete_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/fr/');
select is_empty($$ select 1 from public.s3_integration_folder_rules where prefix = 'in/fr/' $$, 'an admin can delete a rule');
select throws_ok($$ select public.delete_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/fr/') $$, 'PT404', 'not_found', 'once');
select * from finish();
