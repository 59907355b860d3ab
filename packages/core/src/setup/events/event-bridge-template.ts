import { accountOfRole, type EventTarget, eventNameOf } from './event-target.ts';

/**
 * Which events are forwarded: of new objects of the input folder. Where that is the whole bucket, our own results are left out.
 * The prefix is compared as it is: no character of it is a wildcard.
 */
export const eventPattern = (target: EventTarget): Readonly<Record<string, unknown>> => {
  const account = accountOfRole(target.roleArn);
  return {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    ...(account === null ? {} : { account: [account] }),
    region: [target.region],
    detail: {
      bucket: { name: [target.bucket] },
      object: {
        key: [
          target.inputPrefix === ''
            ? { 'anything-but': { prefix: target.outputPrefix } }
            : { prefix: target.inputPrefix },
        ],
      },
    },
  };
};

/** How long and how often a delivery is tried: as long as EventBridge does at all. Then it waits in the dead-letter queue. */
export const RETRY_POLICY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } as const;
export const DEAD_LETTER_SECONDS = 1_209_600;
export const INVOCATIONS_PER_SECOND = 300;

/** What EventBridge calls the target of the rule. */
export const TARGET_ID = 'sluice';

const sub = (text: string): { 'Fn::Sub': string } => ({ 'Fn::Sub': text });
const arnOf = (resource: string): { 'Fn::GetAtt': string[] } => ({ 'Fn::GetAtt': [resource, 'Arn'] });

/**
 * A CloudFormation template: a rule, the API destination with its connection, a dead-letter queue, and a role that may do nothing but
 * invoke this destination, for this rule. The secret is a parameter that CloudFormation never shows.
 */
export const eventBridgeTemplate = (target: EventTarget): Readonly<Record<string, unknown>> => {
  const name = eventNameOf(target);
  const ruleArn = sub(`arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${name}`);
  const fromRule = {
    ArnEquals: { 'aws:SourceArn': ruleArn },
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Tells Sluice of new documents in one folder of a bucket, within seconds.',
    Parameters: {
      EventSecret: {
        Type: 'String',
        NoEcho: true,
        Description: 'The event secret of the integration, as it was shown once: whsec_…',
        AllowedPattern: '^whsec_[A-Za-z0-9+/=]{24,100}$',
      },
    },
    Resources: {
      Connection: {
        Type: 'AWS::Events::Connection',
        Properties: {
          Name: name,
          Description: 'The event secret of the integration.',
          AuthorizationType: 'API_KEY',
          AuthParameters: {
            ApiKeyAuthParameters: { ApiKeyName: 'x-api-key', ApiKeyValue: { Ref: 'EventSecret' } },
          },
        },
      },
      Destination: {
        Type: 'AWS::Events::ApiDestination',
        Properties: {
          Name: name,
          ConnectionArn: arnOf('Connection'),
          HttpMethod: 'POST',
          InvocationEndpoint: target.eventsUrl,
          InvocationRateLimitPerSecond: INVOCATIONS_PER_SECOND,
        },
      },
      DeadLetters: {
        Type: 'AWS::SQS::Queue',
        // What could not be delivered is worth keeping, also when the stack goes.
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: { MessageRetentionPeriod: DEAD_LETTER_SECONDS, SqsManagedSseEnabled: true },
      },
      DeadLettersPolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'DeadLetters' }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'KeepWhatCouldNotBeDelivered',
                Effect: 'Allow',
                Principal: { Service: 'events.amazonaws.com' },
                Action: 'sqs:SendMessage',
                Resource: arnOf('DeadLetters'),
                Condition: fromRule,
              },
            ],
          },
        },
      },
      InvocationRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Description: 'Lets one EventBridge rule tell Sluice of new documents.',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'LetTheRuleIn',
                Effect: 'Allow',
                Principal: { Service: 'events.amazonaws.com' },
                Action: 'sts:AssumeRole',
                Condition: fromRule,
              },
            ],
          },
          Policies: [
            {
              PolicyName: 'invoke-destination',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Sid: 'InvokeDestination',
                    Effect: 'Allow',
                    Action: 'events:InvokeApiDestination',
                    Resource: arnOf('Destination'),
                  },
                ],
              },
            },
          ],
        },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: name,
          Description: 'New objects of the input folder.',
          State: 'ENABLED',
          EventPattern: eventPattern(target),
          Targets: [
            {
              Id: TARGET_ID,
              Arn: arnOf('Destination'),
              RoleArn: arnOf('InvocationRole'),
              DeadLetterConfig: { Arn: arnOf('DeadLetters') },
              RetryPolicy: RETRY_POLICY,
            },
          ],
        },
      },
    },
    Outputs: {
      DeadLettersUrl: {
        Description: 'Where events wait that could not be delivered for a day.',
        Value: { Ref: 'DeadLetters' },
      },
    },
  };
};
