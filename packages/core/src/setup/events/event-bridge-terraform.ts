import { hcl } from '../hcl.ts';
import {
  DEAD_LETTER_SECONDS,
  eventPattern,
  INVOCATIONS_PER_SECOND,
  RETRY_POLICY,
  TARGET_ID,
} from './event-bridge-template.ts';
import { type EventTarget, eventNameOf } from './event-target.ts';

/** Terraform (and OpenTofu) for the same as the CloudFormation template. */
export const eventBridgeTerraform = (target: EventTarget): string => {
  const name = hcl(eventNameOf(target));
  return `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "sluice_event_secret" {
  description = "The event secret of the integration, as it was shown once. It ends up in the state of Terraform."
  type        = string
  sensitive   = true
}

data "aws_caller_identity" "sluice_events" {}

locals {
  sluice_event_pattern = ${hcl(eventPattern(target))}
}

resource "aws_cloudwatch_event_connection" "sluice_events" {
  name               = ${name}
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "x-api-key"
      value = var.sluice_event_secret
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "sluice_events" {
  name                             = ${name}
  connection_arn                   = aws_cloudwatch_event_connection.sluice_events.arn
  http_method                      = "POST"
  invocation_endpoint              = ${hcl(target.eventsUrl)}
  invocation_rate_limit_per_second = ${INVOCATIONS_PER_SECOND}
}

resource "aws_cloudwatch_event_rule" "sluice_events" {
  name          = ${name}
  description   = "New objects of the input folder."
  event_pattern = jsonencode(local.sluice_event_pattern)
}

resource "aws_sqs_queue" "sluice_events" {
  name                      = ${name}
  message_retention_seconds = ${DEAD_LETTER_SECONDS}
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "sluice_events" {
  queue_url = aws_sqs_queue.sluice_events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "KeepWhatCouldNotBeDelivered"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.sluice_events.arn
      Condition = {
        ArnEquals    = { "aws:SourceArn" = aws_cloudwatch_event_rule.sluice_events.arn }
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.sluice_events.account_id }
      }
    }]
  })
}

resource "aws_iam_role" "sluice_events" {
  name        = ${name}
  description = "Lets one EventBridge rule tell Sluice of new documents."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LetTheRuleIn"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = aws_cloudwatch_event_rule.sluice_events.arn }
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.sluice_events.account_id }
      }
    }]
  })
}

resource "aws_iam_role_policy" "sluice_events" {
  name = "invoke-destination"
  role = aws_iam_role.sluice_events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "InvokeDestination"
      Effect   = "Allow"
      Action   = "events:InvokeApiDestination"
      Resource = aws_cloudwatch_event_api_destination.sluice_events.arn
    }]
  })
}

resource "aws_cloudwatch_event_target" "sluice_events" {
  rule      = aws_cloudwatch_event_rule.sluice_events.name
  target_id = ${hcl(TARGET_ID)}
  arn       = aws_cloudwatch_event_api_destination.sluice_events.arn
  role_arn  = aws_iam_role.sluice_events.arn

  dead_letter_config {
    arn = aws_sqs_queue.sluice_events.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = ${RETRY_POLICY.MaximumEventAgeInSeconds}
    maximum_retry_attempts       = ${RETRY_POLICY.MaximumRetryAttempts}
  }
}
`;
};
