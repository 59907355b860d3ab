export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "app_logs": {
                  Row: {
                    "at": string,"event": string,"fields": NonNullable<Json>,"id": number,"integration_id": string | null,"level": string,"message": string,"request_id": string | null,"service": string,"tenant_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "at"?: string,"event": string,"fields"?: NonNullable<Json>,"id"?: never,"integration_id"?: string | null,"level": string,"message": string,"request_id"?: string | null,"service": string,"tenant_id"?: string | null
                  }
                  Update: {
                    "at"?: string,"event"?: string,"fields"?: NonNullable<Json>,"id"?: never,"integration_id"?: string | null,"level"?: string,"message"?: string,"request_id"?: string | null,"service"?: string,"tenant_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "app_logs_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"audit_events": {
                  Row: {
                    "action": string,"actor_id": string | null,"actor_kind": string,"after": Json | null,"at": string,"before": Json | null,"id": number,"record_id": string,"record_type": string,"tenant_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"actor_kind": string,"after"?: Json | null,"at"?: string,"before"?: Json | null,"id"?: never,"record_id": string,"record_type": string,"tenant_id"?: string | null
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"actor_kind"?: string,"after"?: Json | null,"at"?: string,"before"?: Json | null,"id"?: never,"record_id"?: string,"record_type"?: string,"tenant_id"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"cost_ledger": {
                  Row: {
                    "amount_micros": number,"at": string,"id": number,"integration_id": string | null,"job_id": string,"kind": string,"pages": number,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "amount_micros": number,"at"?: string,"id"?: never,"integration_id"?: string | null,"job_id": string,"kind": string,"pages": number,"tenant_id": string
                  }
                  Update: {
                    "amount_micros"?: number,"at"?: string,"id"?: never,"integration_id"?: string | null,"job_id"?: string,"kind"?: string,"pages"?: number,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "cost_ledger_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"notification_deliveries": {
                  Row: {
                    "attempt_log": NonNullable<Json>,"attempts": number,"created_at": string,"delivered_at": string | null,"due_at": string | null,"error_code": string | null,"event_type": string,"holds_line": boolean,"id": string,"integration_id": string | null,"last_attempt_at": string | null,"lease_id": string | null,"object_id": string | null,"payload": string,"seq": number,"state": string,"status_code": number | null,"target_id": string,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempt_log"?: NonNullable<Json>,"attempts"?: number,"created_at"?: string,"delivered_at"?: string | null,"due_at"?: string | null,"error_code"?: string | null,"event_type": string,"holds_line"?: boolean,"id"?: string,"integration_id"?: string | null,"last_attempt_at"?: string | null,"lease_id"?: string | null,"object_id"?: string | null,"payload": string,"seq"?: never,"state"?: string,"status_code"?: number | null,"target_id": string,"tenant_id": string
                  }
                  Update: {
                    "attempt_log"?: NonNullable<Json>,"attempts"?: number,"created_at"?: string,"delivered_at"?: string | null,"due_at"?: string | null,"error_code"?: string | null,"event_type"?: string,"holds_line"?: boolean,"id"?: string,"integration_id"?: string | null,"last_attempt_at"?: string | null,"lease_id"?: string | null,"object_id"?: string | null,"payload"?: string,"seq"?: never,"state"?: string,"status_code"?: number | null,"target_id"?: string,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "notification_deliveries_tenant_id_target_id_fkey"
      columns: ["tenant_id","target_id"]
isOneToOne: false
      referencedRelation: "notification_targets"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"notification_targets": {
                  Row: {
                    "created_at": string,"created_by": string | null,"disabled_at": string | null,"disabled_reason": string | null,"failing_since": string | null,"hinted_at": string | null,"id": string,"last_failure_at": string | null,"last_success_at": string | null,"lease_expires_at": string | null,"lease_id": string | null,"name": string,"previous_secret_until": string | null,"revision": number,"secret_version": number,"status": string,"tenant_id": string,"updated_at": string,"url": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"disabled_at"?: string | null,"disabled_reason"?: string | null,"failing_since"?: string | null,"hinted_at"?: string | null,"id"?: string,"last_failure_at"?: string | null,"last_success_at"?: string | null,"lease_expires_at"?: string | null,"lease_id"?: string | null,"name": string,"previous_secret_until"?: string | null,"revision"?: number,"secret_version"?: number,"status"?: string,"tenant_id": string,"updated_at"?: string,"url": string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"disabled_at"?: string | null,"disabled_reason"?: string | null,"failing_since"?: string | null,"hinted_at"?: string | null,"id"?: string,"last_failure_at"?: string | null,"last_success_at"?: string | null,"lease_expires_at"?: string | null,"lease_id"?: string | null,"name"?: string,"previous_secret_until"?: string | null,"revision"?: number,"secret_version"?: number,"status"?: string,"tenant_id"?: string,"updated_at"?: string,"url"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "notification_targets_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"s3_circuits": {
                  Row: {
                    "code": string,"failures": number,"integration_id": string,"open_until": string | null,"side": string,"since": string,"tenant_id": string,"trips": number
                  }
                  ComputedFields: never
                  Insert: {
                    "code": string,"failures"?: number,"integration_id": string,"open_until"?: string | null,"side": string,"since"?: string,"tenant_id": string,"trips"?: number
                  }
                  Update: {
                    "code"?: string,"failures"?: number,"integration_id"?: string,"open_until"?: string | null,"side"?: string,"since"?: string,"tenant_id"?: string,"trips"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_circuits_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_credential_rotations": {
                  Row: {
                    "checks": Json | null,"configuration": string,"ended_at": string | null,"from_version": number | null,"id": string,"in_flight_until": string | null,"integration_id": string,"keep_old_hours": number,"overlap_until": string | null,"provider_code": string | null,"reason_code": string | null,"reason_detail": string | null,"staged_at": string,"started_by": string | null,"state": string,"swapped_at": string | null,"tenant_id": string,"to_version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "checks"?: Json | null,"configuration": string,"ended_at"?: string | null,"from_version"?: number | null,"id"?: string,"in_flight_until"?: string | null,"integration_id": string,"keep_old_hours": number,"overlap_until"?: string | null,"provider_code"?: string | null,"reason_code"?: string | null,"reason_detail"?: string | null,"staged_at"?: string,"started_by"?: string | null,"state"?: string,"swapped_at"?: string | null,"tenant_id": string,"to_version": number
                  }
                  Update: {
                    "checks"?: Json | null,"configuration"?: string,"ended_at"?: string | null,"from_version"?: number | null,"id"?: string,"in_flight_until"?: string | null,"integration_id"?: string,"keep_old_hours"?: number,"overlap_until"?: string | null,"provider_code"?: string | null,"reason_code"?: string | null,"reason_detail"?: string | null,"staged_at"?: string,"started_by"?: string | null,"state"?: string,"swapped_at"?: string | null,"tenant_id"?: string,"to_version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_credential_rotations_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_dry_runs": {
                  Row: {
                    "attempts": number,"created_at": string,"cursor": string | null,"due_at": string | null,"ended_at": string | null,"error_code": string | null,"error_detail": string | null,"id": string,"integration_id": string,"is_complete": boolean,"last_progress_at": string | null,"lease_id": string | null,"list_calls": number,"listed_objects": number,"requested_by": string | null,"result": Json | null,"start_from": string | null,"state": string,"tally": Json | null,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempts"?: number,"created_at"?: string,"cursor"?: string | null,"due_at"?: string | null,"ended_at"?: string | null,"error_code"?: string | null,"error_detail"?: string | null,"id"?: string,"integration_id": string,"is_complete"?: boolean,"last_progress_at"?: string | null,"lease_id"?: string | null,"list_calls"?: number,"listed_objects"?: number,"requested_by"?: string | null,"result"?: Json | null,"start_from"?: string | null,"state"?: string,"tally"?: Json | null,"tenant_id": string
                  }
                  Update: {
                    "attempts"?: number,"created_at"?: string,"cursor"?: string | null,"due_at"?: string | null,"ended_at"?: string | null,"error_code"?: string | null,"error_detail"?: string | null,"id"?: string,"integration_id"?: string,"is_complete"?: boolean,"last_progress_at"?: string | null,"lease_id"?: string | null,"list_calls"?: number,"listed_objects"?: number,"requested_by"?: string | null,"result"?: Json | null,"start_from"?: string | null,"state"?: string,"tally"?: Json | null,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_dry_runs_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_event_states": {
                  Row: {
                    "event_mode_since": string,"integration_id": string,"last_received_at": string | null,"sweep_interval_seconds": number | null,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "event_mode_since": string,"integration_id": string,"last_received_at"?: string | null,"sweep_interval_seconds"?: number | null,"tenant_id": string
                  }
                  Update: {
                    "event_mode_since"?: string,"integration_id"?: string,"last_received_at"?: string | null,"sweep_interval_seconds"?: number | null,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_event_states_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_event_tests": {
                  Row: {
                    "ended_at": string | null,"error_code": string | null,"error_detail": string | null,"id": string,"integration_id": string,"key": string,"kind": string,"overtaken_at": string | null,"removed_at": string | null,"started_at": string,"started_by": string | null,"tenant_id": string,"written_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "ended_at"?: string | null,"error_code"?: string | null,"error_detail"?: string | null,"id"?: string,"integration_id": string,"key": string,"kind": string,"overtaken_at"?: string | null,"removed_at"?: string | null,"started_at"?: string,"started_by"?: string | null,"tenant_id": string,"written_at"?: string | null
                  }
                  Update: {
                    "ended_at"?: string | null,"error_code"?: string | null,"error_detail"?: string | null,"id"?: string,"integration_id"?: string,"key"?: string,"kind"?: string,"overtaken_at"?: string | null,"removed_at"?: string | null,"started_at"?: string,"started_by"?: string | null,"tenant_id"?: string,"written_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_event_tests_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_integration_folder_rules": {
                  Row: {
                    "created_at": string,"id": string,"integration_id": string,"language": string | null,"notification_target": string | null,"output_subfolder": string | null,"overwrite_policy": string | null,"prefix": string,"quality_tier": string | null,"revision": number,"tenant_id": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: string,"integration_id": string,"language"?: string | null,"notification_target"?: string | null,"output_subfolder"?: string | null,"overwrite_policy"?: string | null,"prefix": string,"quality_tier"?: string | null,"revision"?: number,"tenant_id": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"id"?: string,"integration_id"?: string,"language"?: string | null,"notification_target"?: string | null,"output_subfolder"?: string | null,"overwrite_policy"?: string | null,"prefix"?: string,"quality_tier"?: string | null,"revision"?: number,"tenant_id"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_integration_folder_rules_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_integrations": {
                  Row: {
                    "access_key_hint": string | null,"activation_override": Json | null,"addressing_style": string,"bucket": string,"claim_proven_at": string | null,"created_at": string,"created_by": string | null,"detection_mode": string,"endpoint": string | null,"external_id": string | null,"id": string,"input_prefix": string,"language": string | null,"last_test": Json | null,"last_tested_at": string | null,"location_key": string | null,"name": string,"notification_target_id": string | null,"output_prefix": string,"overwrite_policy": string,"provider": string,"region": string,"revision": number,"role_arn": string | null,"start_from": string | null,"started_at": string | null,"status": string,"tenant_id": string,"tested_configuration": string | null,"updated_at": string,"ledger": Json | null
                  }
                  ComputedFields: "ledger"
                  Insert: {
                    "access_key_hint"?: string | null,"activation_override"?: Json | null,"addressing_style"?: string,"bucket": string,"claim_proven_at"?: string | null,"created_at"?: string,"created_by"?: string | null,"detection_mode"?: string,"endpoint"?: string | null,"external_id"?: string | null,"id"?: string,"input_prefix"?: string,"language"?: string | null,"last_test"?: Json | null,"last_tested_at"?: string | null,"location_key"?: never,"name": string,"notification_target_id"?: string | null,"output_prefix": string,"overwrite_policy"?: string,"provider": string,"region": string,"revision"?: number,"role_arn"?: string | null,"start_from"?: string | null,"started_at"?: string | null,"status"?: string,"tenant_id": string,"tested_configuration"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "access_key_hint"?: string | null,"activation_override"?: Json | null,"addressing_style"?: string,"bucket"?: string,"claim_proven_at"?: string | null,"created_at"?: string,"created_by"?: string | null,"detection_mode"?: string,"endpoint"?: string | null,"external_id"?: string | null,"id"?: string,"input_prefix"?: string,"language"?: string | null,"last_test"?: Json | null,"last_tested_at"?: string | null,"location_key"?: never,"name"?: string,"notification_target_id"?: string | null,"output_prefix"?: string,"overwrite_policy"?: string,"provider"?: string,"region"?: string,"revision"?: number,"role_arn"?: string | null,"start_from"?: string | null,"started_at"?: string | null,"status"?: string,"tenant_id"?: string,"tested_configuration"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_integrations_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "s3_integrations_tenant_id_notification_target_id_fkey"
      columns: ["tenant_id","notification_target_id"]
isOneToOne: false
      referencedRelation: "notification_targets"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_listing_slices": {
                  Row: {
                    "cycle": number,"digest": string | null,"integration_id": string,"object_count": number,"start_after": string,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "cycle": number,"digest"?: string | null,"integration_id": string,"object_count": number,"start_after": string,"tenant_id": string
                  }
                  Update: {
                    "cycle"?: number,"digest"?: string | null,"integration_id"?: string,"object_count"?: number,"start_after"?: string,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_listing_slices_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_poll_states": {
                  Row: {
                    "consecutive_failures": number,"cycle": number,"cycle_started_at": string | null,"integration_id": string,"is_listing_requested": boolean,"is_moved": boolean,"is_unordered": boolean,"last_completed_at": string | null,"last_error_at": string | null,"last_error_code": string | null,"last_error_detail": string | null,"last_list_calls": number | null,"last_listed_objects": number | null,"lease_expires_at": string | null,"lease_id": string | null,"next_poll_at": string,"revive_requested_at": string | null,"settle_requested_at": string | null,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "consecutive_failures"?: number,"cycle"?: number,"cycle_started_at"?: string | null,"integration_id": string,"is_listing_requested"?: boolean,"is_moved"?: boolean,"is_unordered"?: boolean,"last_completed_at"?: string | null,"last_error_at"?: string | null,"last_error_code"?: string | null,"last_error_detail"?: string | null,"last_list_calls"?: number | null,"last_listed_objects"?: number | null,"lease_expires_at"?: string | null,"lease_id"?: string | null,"next_poll_at"?: string,"revive_requested_at"?: string | null,"settle_requested_at"?: string | null,"tenant_id": string
                  }
                  Update: {
                    "consecutive_failures"?: number,"cycle"?: number,"cycle_started_at"?: string | null,"integration_id"?: string,"is_listing_requested"?: boolean,"is_moved"?: boolean,"is_unordered"?: boolean,"last_completed_at"?: string | null,"last_error_at"?: string | null,"last_error_code"?: string | null,"last_error_detail"?: string | null,"last_list_calls"?: number | null,"last_listed_objects"?: number | null,"lease_expires_at"?: string | null,"lease_id"?: string | null,"next_poll_at"?: string,"revive_requested_at"?: string | null,"settle_requested_at"?: string | null,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_poll_states_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_processed_objects": {
                  Row: {
                    "attempts": number,"attempts_in_all": number,"current_since": string,"due_at": string | null,"etag": string,"event_at": string | null,"found_at": string,"found_by": string,"history": Json | null,"id": string,"integration_id": string,"is_current": boolean,"job_id": string,"key": string,"lease_id": string | null,"leased_at": string | null,"lost_results": number,"obstacle_owner": string | null,"outages": number,"outputs": Json | null,"outputs_location": string | null,"pages": number | null,"progress": Json | null,"provider_code": string | null,"quality_tier": string | null,"reason": string | null,"reason_detail": string | null,"report": Json | null,"revision": number,"rule_id": string | null,"score_after": number | null,"score_before": number | null,"size_bytes": number,"source_modified_at": string | null,"source_sequencer": string | null,"staged_at": string | null,"staged_outputs": Json | null,"state": string,"state_changed_at": string,"state_changed_by": string | null,"tenant_id": string,"version_id": string | null,"written_back_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "attempts"?: number,"attempts_in_all"?: number,"current_since"?: string,"due_at"?: string | null,"etag": string,"event_at"?: string | null,"found_at"?: string,"found_by": string,"history"?: Json | null,"id"?: string,"integration_id": string,"is_current"?: boolean,"job_id"?: string,"key": string,"lease_id"?: string | null,"leased_at"?: string | null,"lost_results"?: number,"obstacle_owner"?: string | null,"outages"?: number,"outputs"?: Json | null,"outputs_location"?: string | null,"pages"?: number | null,"progress"?: Json | null,"provider_code"?: string | null,"quality_tier"?: string | null,"reason"?: string | null,"reason_detail"?: string | null,"report"?: Json | null,"revision"?: number,"rule_id"?: string | null,"score_after"?: number | null,"score_before"?: number | null,"size_bytes": number,"source_modified_at"?: string | null,"source_sequencer"?: string | null,"staged_at"?: string | null,"staged_outputs"?: Json | null,"state": string,"state_changed_at"?: string,"state_changed_by"?: string | null,"tenant_id": string,"version_id"?: string | null,"written_back_at"?: string | null
                  }
                  Update: {
                    "attempts"?: number,"attempts_in_all"?: number,"current_since"?: string,"due_at"?: string | null,"etag"?: string,"event_at"?: string | null,"found_at"?: string,"found_by"?: string,"history"?: Json | null,"id"?: string,"integration_id"?: string,"is_current"?: boolean,"job_id"?: string,"key"?: string,"lease_id"?: string | null,"leased_at"?: string | null,"lost_results"?: number,"obstacle_owner"?: string | null,"outages"?: number,"outputs"?: Json | null,"outputs_location"?: string | null,"pages"?: number | null,"progress"?: Json | null,"provider_code"?: string | null,"quality_tier"?: string | null,"reason"?: string | null,"reason_detail"?: string | null,"report"?: Json | null,"revision"?: number,"rule_id"?: string | null,"score_after"?: number | null,"score_before"?: number | null,"size_bytes"?: number,"source_modified_at"?: string | null,"source_sequencer"?: string | null,"staged_at"?: string | null,"staged_outputs"?: Json | null,"state"?: string,"state_changed_at"?: string,"state_changed_by"?: string | null,"tenant_id"?: string,"version_id"?: string | null,"written_back_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_processed_objects_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_replays": {
                  Row: {
                    "as_of": string,"created_at": string,"cursor_object_id": string | null,"ended_at": string | null,"examined_objects": number,"expected_objects": number,"found_from": string | null,"found_to": string | null,"id": string,"integration_id": string,"last_batch_at": string | null,"leg": number,"object_id": string | null,"prefix": string | null,"reasons": (string)[] | null,"replayed_objects": number,"requested_by": string | null,"states": (string)[],"status": string,"superseded_objects": number,"tenant_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "as_of": string,"created_at"?: string,"cursor_object_id"?: string | null,"ended_at"?: string | null,"examined_objects"?: number,"expected_objects": number,"found_from"?: string | null,"found_to"?: string | null,"id": string,"integration_id": string,"last_batch_at"?: string | null,"leg"?: number,"object_id"?: string | null,"prefix"?: string | null,"reasons"?: (string)[] | null,"replayed_objects"?: number,"requested_by"?: string | null,"states": (string)[],"status"?: string,"superseded_objects"?: number,"tenant_id": string
                  }
                  Update: {
                    "as_of"?: string,"created_at"?: string,"cursor_object_id"?: string | null,"ended_at"?: string | null,"examined_objects"?: number,"expected_objects"?: number,"found_from"?: string | null,"found_to"?: string | null,"id"?: string,"integration_id"?: string,"last_batch_at"?: string | null,"leg"?: number,"object_id"?: string | null,"prefix"?: string | null,"reasons"?: (string)[] | null,"replayed_objects"?: number,"requested_by"?: string | null,"states"?: (string)[],"status"?: string,"superseded_objects"?: number,"tenant_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_replays_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"s3_secret_versions": {
                  Row: {
                    "created_at": string,"destroyed_at": string | null,"field": string,"hint": string | null,"integration_id": string,"last_used_at": string | null,"since": string | null,"state": string,"tenant_id": string,"valid_until": string | null,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"destroyed_at"?: string | null,"field": string,"hint"?: string | null,"integration_id": string,"last_used_at"?: string | null,"since"?: string | null,"state": string,"tenant_id": string,"valid_until"?: string | null,"version": number
                  }
                  Update: {
                    "created_at"?: string,"destroyed_at"?: string | null,"field"?: string,"hint"?: string | null,"integration_id"?: string,"last_used_at"?: string | null,"since"?: string | null,"state"?: string,"tenant_id"?: string,"valid_until"?: string | null,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "s3_secret_versions_tenant_id_integration_id_fkey"
      columns: ["tenant_id","integration_id"]
isOneToOne: false
      referencedRelation: "s3_integrations"
      referencedColumns: ["tenant_id","id"]
    }
                  ]
                },"tenant_limits": {
                  Row: {
                    "name": string,"tenant_id": string,"updated_at": string,"value": number
                  }
                  ComputedFields: never
                  Insert: {
                    "name": string,"tenant_id": string,"updated_at"?: string,"value": number
                  }
                  Update: {
                    "name"?: string,"tenant_id"?: string,"updated_at"?: string,"value"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "tenant_limits_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"tenant_members": {
                  Row: {
                    "created_at": string,"revision": number,"role": Database["public"]['Enums']["tenant_role"],"tenant_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"revision"?: number,"role": Database["public"]['Enums']["tenant_role"],"tenant_id": string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"revision"?: number,"role"?: Database["public"]['Enums']["tenant_role"],"tenant_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "tenant_members_tenant_id_fkey"
      columns: ["tenant_id"]
isOneToOne: false
      referencedRelation: "tenants"
      referencedColumns: ["id"]
    }
                  ]
                },"tenants": {
                  Row: {
                    "created_at": string,"created_by": string | null,"id": string,"kind": string,"name": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"id"?: string,"kind"?: string,"name": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"id"?: string,"kind"?: string,"name"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                }
          }
          Views: {
            [_ in never]: never
          }
          Functions: {
            "accept_tenant_invitation":
{ Args: { "p_preview"?: boolean,"p_token": string }; Returns: Json
                           },
"add_event_secret":
{ Args: { "p_actor": string,"p_integration_id": string,"p_keep_old_hours"?: number,"p_secret": Json }; Returns: Json
                           },
"begin_credential_rotation":
{ Args: { "p_actor": string,"p_integration_id": string }; Returns: Json
                           },
"begin_dry_run":
{ Args: { "p_dry_run_id": string,"p_lease_seconds": number }; Returns: Json
                           },
"begin_event_secret":
{ Args: { "p_actor": string,"p_exists": boolean,"p_integration_id": string }; Returns: Json
                           },
"begin_idempotent_request":
{ Args: { "p_fingerprint": string,"p_key": string }; Returns: Json
                           },
"begin_notifications":
{ Args: { "p_lease_seconds": number,"p_limit": number,"p_target_id": string }; Returns: Json
                           },
"begin_poll":
{ Args: { "p_integration_id": string,"p_lease_id": string,"p_lease_seconds": number }; Returns: Json
                           },
"begin_processing":
{ Args: { "p_lease_seconds": number,"p_object_ids": (string)[] }; Returns: Json
                           },
"begin_r2_receiver":
{ Args: { "p_act": Json,"p_actor": string,"p_integration_id": string }; Returns: Json
                           },
"begin_reseal":
{ Args: { "p_actor": string,"p_key_id": string,"p_kms_key_version": number }; Returns: string
                           },
"begin_s3_event_test":
{ Args: { "p_actor": string,"p_integration_id": string,"p_kind": string }; Returns: Json
                           },
"begin_test_notification":
{ Args: { "p_actor": string,"p_lease_seconds": number,"p_target_id": string }; Returns: Json
                           },
"begin_writeback":
{ Args: { "p_lease_seconds": number,"p_object_ids": (string)[] }; Returns: Json
                           },
"cancel_credential_rotation":
{ Args: { "p_integration_id": string }; Returns: undefined
                           },
"cancel_s3_dry_run":
{ Args: { "p_integration_id": string }; Returns: undefined
                           },
"cancel_s3_replay":
{ Args: { "p_integration_id": string,"p_replay_id": string }; Returns: undefined
                           },
"check_s3_ledger":
{ Args: { "p_integration_id": string }; Returns: {
              "actual_bytes": number,"actual_objects": number,"counted_bytes": number,"counted_objects": number,"place": string
            }[]
                           },
"claim_due_dry_runs":
{ Args: { "p_limit": number,"p_visibility_seconds": number }; Returns: string[]
                           },
"claim_due_notification_targets":
{ Args: { "p_limit": number }; Returns: string[]
                           },
"claim_due_objects":
{ Args: { "p_in_flight_per_tenant": number,"p_limit": number,"p_max_attempts": number,"p_per_integration": number,"p_visibility_seconds": number }; Returns: {
              "object_id": string,"target": string
            }[]
                           },
"claim_due_polls":
{ Args: { "p_lease_seconds": number,"p_limit": number }; Returns: {
              "integration_id": string,"lease_id": string
            }[]
                           },
"claim_due_reseal":
{ Args: Record<PropertyKey, never>; Returns: string
                           },
"claim_reseal":
{ Args: { "p_key_id": string,"p_kms_key_version": number,"p_lease_seconds": number }; Returns: Json
                           },
"complete_poll":
{ Args: { "p_integration_id": string,"p_interval_seconds": number,"p_is_finished": boolean,"p_is_unordered": boolean,"p_lease_id": string,"p_list_calls": number,"p_listed_objects": number,"p_removed": (string)[],"p_upserts": Json }; Returns: undefined
                           },
"complete_processing":
{ Args: { "p_amount_micros": number,"p_lease_id": string,"p_object_id": string,"p_outputs": Json,"p_pages": number,"p_report": Json,"p_visibility_seconds": number }; Returns: boolean
                           },
"complete_writeback":
{ Args: { "p_lease_id": string,"p_object_id": string,"p_outputs": Json }; Returns: boolean
                           },
"create_notification_target":
{ Args: { "p_actor": string,"p_secret": Json,"p_target": Json }; Returns: undefined
                           },
"create_s3_integration":
{ Args: { "p_actor": string,"p_credentials": Json,"p_integration": Json }; Returns: string
                           },
"create_s3_replay":
{ Args: { "p_as_of": string,"p_expected_objects": number,"p_found_from"?: string,"p_found_to"?: string,"p_integration_id": string,"p_object_id"?: string,"p_prefix"?: string,"p_reasons"?: (string)[],"p_replay_id": string,"p_states": (string)[] }; Returns: string
                           },
"create_tenant":
{ Args: { "p_name": string }; Returns: string
                           },
"delete_notification_target":
{ Args: { "p_revision"?: number,"p_target_id": string }; Returns: undefined
                           },
"delete_s3_folder_rule":
{ Args: { "p_integration_id": string,"p_prefix": string,"p_revision"?: number }; Returns: undefined
                           },
"delete_s3_integration":
{ Args: { "p_integration_id": string,"p_revision"?: number }; Returns: undefined
                           },
"due_s3_event_tests":
{ Args: { "p_limit": number }; Returns: Json
                           },
"edit_s3_integration":
{ Args: { "p_access_key_hint": string,"p_actor": string,"p_connection": Json,"p_credentials": Json,"p_integration_id": string,"p_revision": number,"p_settings": Json }; Returns: undefined
                           },
"end_event_secret_overlap":
{ Args: { "p_integration_id": string }; Returns: undefined
                           },
"end_idempotent_request":
{ Args: { "p_body"?: string,"p_claim_id": string,"p_headers": Json,"p_key": string,"p_status": number }; Returns: boolean
                           },
"end_notifications":
{ Args: { "p_lease_id": string,"p_target_id": string }; Returns: undefined
                           },
"end_r2_receiver":
{ Args: { "p_act": Json,"p_actor": string,"p_integration_id": string,"p_lease_id": string,"p_outcome": string,"p_steps": Json }; Returns: undefined
                           },
"end_reseal_pass":
{ Args: { "p_lease_id": string,"p_run_id": string }; Returns: string
                           },
"end_s3_event_test":
{ Args: { "p_error_code": string,"p_error_detail": string,"p_id": string }; Returns: undefined
                           },
"fail_dry_run":
{ Args: { "p_code": string,"p_delay_seconds": number,"p_detail": string,"p_dry_run_id": string,"p_lease_id": string }; Returns: string
                           },
"fail_poll":
{ Args: { "p_code": string,"p_detail": string,"p_integration_id": string,"p_interval_seconds": number,"p_lease_id": string,"p_max_interval_seconds": number }; Returns: undefined
                           },
"finish_credential_rotation":
{ Args: { "p_integration_id": string }; Returns: undefined
                           },
"fold_s3_usage":
{ Args: { "p_limit"?: number }; Returns: number
                           },
"get_event_secrets":
{ Args: { "p_integration_id": string }; Returns: Json
                           },
"get_notification_target":
{ Args: { "p_actor": string,"p_target_id": string }; Returns: Json
                           },
"get_s3_event_source":
{ Args: { "p_integration_id": string }; Returns: Json
                           },
"get_s3_integration_for_edit":
{ Args: { "p_actor": string,"p_integration_id": string }; Returns: Json
                           },
"get_s3_integration_with_secrets":
{ Args: { "p_actor": string,"p_integration_id": string }; Returns: Json
                           },
"get_s3_result":
{ Args: { "p_actor": string,"p_integration_id": string,"p_kind": string,"p_object_id": string }; Returns: Json
                           },
"hold_r2_receiver":
{ Args: { "p_integration_id": string,"p_lease_id": string }; Returns: undefined
                           },
"invite_tenant_member":
{ Args: { "p_email": string,"p_role": Database["public"]['Enums']["tenant_role"],"p_tenant_id": string }; Returns: Json
                           },
"ledger":
{ Args: { "": Database["public"]['Tables']["s3_integrations"]['Row'] }; Returns: { error: true } & "the function public.ledger with parameter or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache"
                           },
"list_audit_events":
{ Args: { "p_before"?: number,"p_filter"?: Json,"p_limit"?: number,"p_tenant_id": string }; Returns: Json
                           },
"list_reseals":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"list_s3_duplicates":
{ Args: { "p_after_etag"?: string,"p_after_size_bytes"?: number,"p_integration_id": string,"p_limit": number,"p_scan"?: number }; Returns: {
              "etag": string,"keys": (string)[],"objects": number,"pages": number,"processed_objects": number,"size_bytes": number
            }[]
                           },
"list_s3_objects":
{ Args: { "p_after"?: string,"p_found_from"?: string,"p_found_to"?: string,"p_integration_id": string,"p_limit": number,"p_prefix"?: string,"p_reason"?: string,"p_scan"?: number,"p_state"?: string }; Returns: {
              "attempts": number,"due_at": string,"etag": string,"found_at": string,"found_by": string,"id": string,"is_current": boolean,"is_match": boolean,"job_id": string,"key": string,"outputs": Json,"pages": number,"provider_code": string,"reason": string,"reason_detail": string,"revision": number,"score_after": number,"score_before": number,"size_bytes": number,"source_modified_at": string,"state": string,"state_changed_at": string,"written_back_at": string
            }[]
                           },
"list_tenant_invitations":
{ Args: { "p_tenant_id": string }; Returns: Json
                           },
"list_tenant_members":
{ Args: { "p_tenant_id": string }; Returns: Json
                           },
"next_reseal_batch":
{ Args: { "p_after": string,"p_limit": number,"p_run_id": string }; Returns: Json
                           },
"note_s3_event_test":
{ Args: { "p_error_code": string,"p_error_detail": string,"p_id": string }; Returns: undefined
                           },
"notify_held_up":
{ Args: { "p_minutes"?: number,"p_objects"?: number }; Returns: number
                           },
"open_support_access":
{ Args: { "p_reason": string,"p_tenant_id": string }; Returns: string
                           },
"preview_s3_replay":
{ Args: { "p_found_from"?: string,"p_found_to"?: string,"p_integration_id": string,"p_object_id"?: string,"p_prefix"?: string,"p_reasons"?: (string)[],"p_states": (string)[] }; Returns: Json
                           },
"prune_app_logs":
{ Args: { "p_days"?: number,"p_limit"?: number }; Returns: number
                           },
"prune_idempotency_keys":
{ Args: { "p_limit"?: number }; Returns: number
                           },
"prune_notification_deliveries":
{ Args: { "p_days"?: number,"p_limit"?: number }; Returns: number
                           },
"prune_s3_dry_runs":
{ Args: { "p_days"?: number,"p_limit"?: number }; Returns: number
                           },
"prune_s3_event_deliveries":
{ Args: { "p_hours"?: number,"p_limit"?: number }; Returns: number
                           },
"prune_s3_usage":
{ Args: { "p_days"?: number,"p_limit"?: number }; Returns: number
                           },
"read_reseal":
{ Args: { "p_run_id": string }; Returns: Json
                           },
"record_event_secret_seen":
{ Args: { "p_integration_id": string,"p_version": number }; Returns: undefined
                           },
"record_s3_calls":
{ Args: { "p_calls": Json }; Returns: undefined
                           },
"record_s3_connection_test":
{ Args: { "p_actor": string,"p_configuration"?: string,"p_integration_id": string,"p_result": Json }; Returns: undefined
                           },
"record_s3_event_deliveries":
{ Args: { "p_deliveries": Json,"p_integration_id": string }; Returns: Json
                           },
"record_s3_events":
{ Args: { "p_delivery_id": string,"p_etags": (string)[],"p_integration_id": string,"p_keys": (string)[],"p_left_keys": (string)[],"p_refused": Json,"p_revision": number,"p_secret_version": number,"p_sequencers": (string)[],"p_sizes": (number)[],"p_skip_reasons": (string)[],"p_times": (string)[],"p_version_ids": (string)[] }; Returns: Json
                           },
"record_s3_objects":
{ Args: { "p_etags": (string)[],"p_integration_id": string,"p_keys": (string)[],"p_lease_id": string,"p_lease_seconds": number,"p_modified": (string)[],"p_observed_at": string,"p_sizes": (number)[],"p_skip_reasons": (string)[] }; Returns: Json
                           },
"record_s3_secret_use":
{ Args: { "p_uses": Json }; Returns: undefined
                           },
"refuse_s3_credentials":
{ Args: { "p_actor": string,"p_rotation_id": string,"p_test": Json }; Returns: undefined
                           },
"refuse_s3_events":
{ Args: { "p_detail": string,"p_integration_id": string,"p_reason": string,"p_request_id": string }; Returns: undefined
                           },
"release_idempotency_key":
{ Args: { "p_claim_id": string,"p_key": string }; Returns: undefined
                           },
"release_reseal":
{ Args: { "p_held_up_by"?: string,"p_lease_id": string,"p_run_id": string }; Returns: undefined
                           },
"remove_tenant_member":
{ Args: { "p_revision"?: number,"p_tenant_id": string,"p_user_id": string }; Returns: undefined
                           },
"renew_tenant_invitation":
{ Args: { "p_invitation_id": string,"p_tenant_id": string }; Returns: Json
                           },
"replay_notification":
{ Args: { "p_delivery_id": string,"p_target_id": string }; Returns: undefined
                           },
"report_progress":
{ Args: { "p_lease_id": string,"p_lease_seconds": number,"p_object_id": string,"p_progress": Json }; Returns: boolean
                           },
"require_tenant_admin":
{ Args: { "p_actor": string,"p_tenant_id": string }; Returns: undefined
                           },
"revive_after_test":
{ Args: { "p_limit": number }; Returns: number
                           },
"revoke_tenant_invitation":
{ Args: { "p_invitation_id": string,"p_tenant_id": string }; Returns: undefined
                           },
"roll_back_s3_credentials":
{ Args: { "p_code": string,"p_detail": string,"p_integration_id": string,"p_provider_code": string,"p_version": number }; Returns: boolean
                           },
"rotate_notification_secret":
{ Args: { "p_actor": string,"p_overlap_seconds": number,"p_secret": Json,"p_target_id": string }; Returns: string
                           },
"run_replay_batch":
{ Args: { "p_limit": number,"p_max_waiting": number,"p_scan": number }; Returns: Json
                           },
"s3_accessibility_scores":
{ Args: { "p_integration_id": string }; Returns: {
              "documents": number,"folder": string,"passing": number,"score_after": number,"score_before": number
            }[]
                           },
"s3_integration_credentials":
{ Args: { "p_integration_id": string }; Returns: Json
                           },
"s3_integration_ledger":
{ Args: { "p_integration_id": string }; Returns: {
              "bytes": number,"objects": number,"reason": string,"state": string
            }[]
                           },
"s3_integration_usage_summary":
{ Args: { "p_days"?: number,"p_integration_id": string }; Returns: Json
                           },
"save_dry_run":
{ Args: { "p_dry_run_id": string,"p_lease_id": string,"p_lease_seconds": number,"p_progress": Json }; Returns: undefined
                           },
"save_poll_progress":
{ Args: { "p_integration_id": string,"p_lease_id": string,"p_lease_seconds": number,"p_removed": (string)[],"p_upserts": Json }; Returns: undefined
                           },
"save_reseal_batch":
{ Args: { "p_cursor": string,"p_failed": Json,"p_lease_id": string,"p_lease_seconds": number,"p_resealed": Json,"p_run_id": string }; Returns: number
                           },
"set_integration_notification_target":
{ Args: { "p_integration_id": string,"p_revision"?: number,"p_target_id"?: string }; Returns: undefined
                           },
"set_s3_detection_mode":
{ Args: { "p_integration_id": string,"p_mode": string,"p_revision"?: number }; Returns: undefined
                           },
"set_s3_folder_rule":
{ Args: { "p_integration_id": string,"p_prefix": string,"p_revision"?: number,"p_rule": Json }; Returns: undefined
                           },
"set_tenant_limit":
{ Args: { "p_name": string,"p_tenant_id": string,"p_value": number }; Returns: undefined
                           },
"set_tenant_member":
{ Args: { "p_revision"?: number,"p_role": Database["public"]['Enums']["tenant_role"],"p_tenant_id": string,"p_user_id": string }; Returns: undefined
                           },
"settle_attempt":
{ Args: { "p_delay_seconds": number,"p_detail": string,"p_disposition": string,"p_lease_id": string,"p_max_attempts": number,"p_max_attempts_in_all"?: number,"p_object_id": string,"p_owner": string,"p_provider_code": string,"p_reason": string }; Returns: string
                           },
"settle_changed_prefixes":
{ Args: { "p_limit": number }; Returns: number
                           },
"settle_deleted_integrations":
{ Args: { "p_limit": number }; Returns: number
                           },
"settle_notification":
{ Args: { "p_delivery_id": string,"p_lease_id": string,"p_lease_seconds": number,"p_result": Json }; Returns: string
                           },
"stage_s3_credentials":
{ Args: { "p_actor": string,"p_configuration": string,"p_credentials": Json,"p_hint": string,"p_integration_id": string,"p_keep_old_hours": number }; Returns: string
                           },
"start_s3_dry_run":
{ Args: { "p_actor": string,"p_integration_id": string,"p_start_from"?: string }; Returns: string
                           },
"start_s3_integration":
{ Args: { "p_integration_id": string,"p_revision"?: number,"p_start"?: Json }; Returns: undefined
                           },
"support_list_audit_events":
{ Args: { "p_before"?: number,"p_filter"?: Json,"p_limit"?: number,"p_tenant_id"?: string }; Returns: Json
                           },
"support_list_integrations":
{ Args: { "p_after"?: string,"p_filter"?: Json,"p_limit"?: number }; Returns: Json
                           },
"support_list_logs":
{ Args: { "p_before"?: number,"p_integration_id": string,"p_level"?: string,"p_limit"?: number }; Returns: Json
                           },
"support_usage_summary":
{ Args: { "p_after"?: string,"p_days"?: number,"p_limit"?: number,"p_search"?: string,"p_tenant_id"?: string }; Returns: Json
                           },
"swap_s3_credentials":
{ Args: { "p_actor": string,"p_in_flight_seconds": number,"p_rotation_id": string,"p_test": Json }; Returns: undefined
                           },
"sweep_s3_secrets":
{ Args: { "p_limit": number }; Returns: number
                           },
"update_notification_target":
{ Args: { "p_actor": string,"p_changes": Json,"p_revision"?: number,"p_target_id": string }; Returns: undefined
                           },
"update_s3_integration":
{ Args: { "p_changes": Json,"p_integration_id": string,"p_revision"?: number }; Returns: undefined
                           },
"write_app_logs":
{ Args: { "p_entries": Json }; Returns: undefined
                           }
          }
          Enums: {
            "tenant_role": "owner"|"admin"|"member"
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            "tenant_role": ["owner", "admin", "member"]
          }
        }
} as const
