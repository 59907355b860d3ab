import { execFileSync } from 'node:child_process';
import type { SetupArtefact } from '@sluice/shared';
import { assert, asyncProperty, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventBridgeTemplate, eventPattern } from '../../src/setup/events/event-bridge-template.ts';
import { eventBridgeTerraform } from '../../src/setup/events/event-bridge-terraform.ts';
import { eventSetup } from '../../src/setup/events/event-setup.ts';
import type { EventTarget } from '../../src/setup/events/event-target.ts';
import { locations, target } from './targets.ts';
import { parseHcl, templateValidator, unescaped } from './validator.ts';

const ID = '6f1b6f5e-93a3-4a7c-8e5c-6d4d4a1f7c10';
const URL = `https://api.example.com/api/events/s3/${ID}`;
const eventTarget = (fields: Partial<EventTarget> = {}): EventTarget => ({
  ...target(),
  id: ID,
  eventsUrl: URL,
  ...fields,
});
const PROVIDERS = ['aws_role', 'aws_key', 'r2', 'b2', 'generic'] as const;

const problemsOf = templateValidator();
const contentOf = (artefacts: readonly SetupArtefact[], name: SetupArtefact['name'], at = 0): string =>
  artefacts.filter((artefact) => artefact.name === name)[at]?.content ?? '';

interface Template {
  readonly Parameters: Record<string, Record<string, unknown>>;
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: never }>;
}
const templateOf = (one: EventTarget) => JSON.parse(JSON.stringify(eventBridgeTemplate(one))) as Template;

describe('the CloudFormation template of the event source', () => {
  test('has nothing AWS’s validator objects to', () => {
    for (const one of [
      eventTarget(),
      eventTarget({ provider: 'aws_key', roleArn: null, inputPrefix: '' }),
      eventTarget({ inputPrefix: 'é "quoted"/*?/' }),
    ])
      expect(problemsOf(JSON.stringify(eventBridgeTemplate(one)))).toEqual([]);
  });

  test('is seen by the validator when it is wrong', () => {
    const broken = JSON.stringify(eventBridgeTemplate(eventTarget())).replace('ConnectionArn', 'Connection');
    expect(problemsOf(broken)).not.toEqual([]);
  });

  test('never shows the secret, and gives it to the connection alone', () => {
    const { Parameters, Resources } = templateOf(eventTarget());
    expect(Parameters['EventSecret']).toMatchObject({ NoEcho: true });
    expect(Parameters['EventSecret']).not.toHaveProperty('Default');
    const users = Object.entries(Resources).filter(([, value]) =>
      JSON.stringify(value).includes('EventSecret'),
    );
    expect(users.map(([name]) => name)).toEqual(['Connection']);
    expect(Resources['Connection']?.Properties).toMatchObject({
      AuthorizationType: 'API_KEY',
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'x-api-key' } },
    });
  });

  test('takes every secret that is issued', () => {
    const pattern = new RegExp(
      String(templateOf(eventTarget()).Parameters['EventSecret']?.['AllowedPattern']),
    );
    expect(`whsec_${btoa('x'.repeat(32))}`).toMatch(pattern);
    expect(`whsec_${btoa('x'.repeat(32))}\n`).not.toMatch(pattern);
  });

  test('lets its role do one thing, for its own rule, and keeps what cannot be delivered', () => {
    const { Resources } = templateOf(eventTarget());
    const onlyForRule = {
      ArnEquals: {
        'aws:SourceArn': {
          'Fn::Sub':
            'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/sluice-events-6f1b6f5e',
        },
      },
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    };
    expect(Resources['InvocationRole']?.Properties).toMatchObject({
      AssumeRolePolicyDocument: { Statement: [{ Condition: onlyForRule }] },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Action: 'events:InvokeApiDestination',
                Resource: { 'Fn::GetAtt': ['Destination', 'Arn'] },
              },
            ],
          },
        },
      ],
    });
    expect(Resources['DeadLettersPolicy']?.Properties).toMatchObject({
      PolicyDocument: { Statement: [{ Action: 'sqs:SendMessage', Condition: onlyForRule }] },
    });
    expect(Resources['Rule']?.Properties).toMatchObject({
      Name: 'sluice-events-6f1b6f5e',
      EventPattern: eventPattern(eventTarget()),
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['Destination', 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['InvocationRole', 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ],
    });
    expect(Resources['Destination']?.Properties).toMatchObject({ InvocationEndpoint: URL });
  });
});

test('the Terraform says what the template says, whatever the names', async () => {
  await assert(
    asyncProperty(locations, async (location) => {
      const one = eventTarget(location);
      const parsed = (await parseHcl(eventBridgeTerraform(one))) as {
        locals: [Record<string, unknown>];
        variable: Record<string, [Record<string, unknown>]>;
        resource: Record<string, Record<string, [Record<string, unknown>]>>;
      };
      expect(unescaped(parsed.locals[0]['sluice_event_pattern'])).toEqual(eventPattern(one));
      expect(parsed.variable['sluice_event_secret']?.[0]).toMatchObject({ sensitive: true });
      const of = (type: string) => parsed.resource[type]?.['sluice_events']?.[0];
      expect(of('aws_cloudwatch_event_api_destination')).toMatchObject({
        invocation_endpoint: URL,
        http_method: 'POST',
        invocation_rate_limit_per_second: 300,
      });
      expect(of('aws_cloudwatch_event_connection')).toMatchObject({
        authorization_type: 'API_KEY',
        auth_parameters: [{ api_key: [{ key: 'x-api-key', value: '${var.sluice_event_secret}' }] }],
      });
      expect(of('aws_cloudwatch_event_target')).toMatchObject({
        target_id: 'sluice',
        dead_letter_config: [{ arn: '${aws_sqs_queue.sluice_events.arn}' }],
        retry_policy: [{ maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 }],
      });
      const policies = ['aws_iam_role', 'aws_sqs_queue_policy'].map((type) => JSON.stringify(of(type)));
      for (const policy of policies) expect(policy).toContain('aws_cloudwatch_event_rule.sluice_events.arn');
      expect(JSON.stringify(of('aws_iam_role_policy'))).toContain('events:InvokeApiDestination');
    }),
    { numRuns: 50 },
  );
});

describe('what is forwarded', () => {
  test('is the input folder as it is named, of one bucket, region and account', () => {
    expect(eventPattern(eventTarget({ inputPrefix: 'a*?/' }))).toMatchObject({
      account: ['123456789012'],
      region: ['eu-central-1'],
      detail: { bucket: { name: ['acme-documents'] }, object: { key: [{ prefix: 'a*?/' }] } },
    });
  });

  test('leaves out our own results where the whole bucket is the input', () => {
    const pattern = eventPattern(eventTarget({ roleArn: null, inputPrefix: '' }));
    expect(pattern).toMatchObject({
      detail: { object: { key: [{ 'anything-but': { prefix: 'accessible/' } }] } },
    });
    expect(pattern).not.toHaveProperty('account');
  });
});

describe('the documents and commands of every provider', () => {
  test('are JSON where they say so, name only files among them, and hold no secret', () => {
    assert(
      property(locations, constantFrom(...PROVIDERS), (location, provider) => {
        const { artefacts, eventsUrl } = eventSetup(eventTarget({ ...location, provider }));
        expect(eventsUrl).toBe(URL);
        const files = new Set(artefacts.map(({ fileName }) => fileName));
        for (const { format, content } of artefacts) {
          if (format === 'json') JSON.parse(content);
          for (const [, file] of content.matchAll(/file:\/\/(sluice[\w-]*\.json)(?!\.new)/g))
            expect(files.has(file ?? null), file).toBe(true);
          // A secret, not what a pattern says of one.
          expect(content).not.toMatch(/whsec_[A-Za-z0-9+=]/);
        }
        expect(new Set(artefacts.map(({ title }) => title)).size).toBe(artefacts.length);
      }),
      { numRuns: 100 },
    );
  });

  test('are taken apart by a shell as they were meant, whatever the names', () => {
    assert(
      property(
        locations,
        constantFrom('b2' as const, 'generic' as const, 'aws_key' as const),
        (location, provider) => {
          const { artefacts } = eventSetup(
            eventTarget({ ...location, provider, endpoint: 'https://s3.example.com' }),
          );
          for (const { content } of artefacts.filter(({ format }) => format === 'shell')) {
            // Every program is a function that does nothing but say its words.
            const programs = ['b2', 'mc', 'aws', 'jq', 'stty', 'test', 'sed', 'echo'];
            const stub = programs.map(
              (name) => `${name}() { for w in "$@"; do printf '%s\\0' "$w" >&3; done; }`,
            );
            const script = `cd "$(mktemp -d)"\n${stub.join('\n')}\nEVENT_SECRET=x\n${content.replaceAll('read -r EVENT_SECRET', ':')}`;
            const words = execFileSync('sh', ['-c', `{ ${script}\n} 3>&1 >/dev/null 2>/dev/null`], {
              encoding: 'utf8',
            }).split('\0');
            if (content.includes('b2 bucket'))
              expect(words).toContain(`b2://${location.bucket}/${location.inputPrefix}`);
            if (content.includes('mc event') && location.inputPrefix !== '') {
              expect(words).toContain(location.inputPrefix);
              expect(words).toContain(`ALIAS/${location.bucket}`);
            }
            if (content.includes('s3api')) expect(words).toContain(location.bucket);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('sign B2’s with the first 32 letters and digits of the secret', () => {
    const content = contentOf(eventSetup(eventTarget({ provider: 'b2' })).artefacts, 'commands');
    const [, expression] = /--sign-secret "(\$\(.*?\))" /.exec(content) ?? [];
    const secret = 'whsec_ab/d+fghijklmnopqrstuvwxyz0123456789ABCDEF=';
    const signing = execFileSync('sh', ['-c', `EVENT_SECRET='${secret}'; printf %s "${expression}"`], {
      encoding: 'utf8',
    });
    expect(signing).toBe('abdfghijklmnopqrstuvwxyz01234567');
  });

  test('have Ceph send the secret as the password of the address, percent-encoded', () => {
    const { artefacts } = eventSetup(eventTarget({ provider: 'generic' }));
    expect(JSON.parse(contentOf(artefacts, 'event_topic'))).toMatchObject({
      'push-endpoint': `https://sluice:EVENT_SECRET@api.example.com/api/events/s3/${ID}`,
    });
    const [, line] = contentOf(artefacts, 'commands', 1).split('\n');
    const script = `cd "$(mktemp -d)"; printf %s ':EVENT_SECRET@' > sluice-topic.json; EVENT_SECRET='whsec_a/b+c='; ${line}; cat sluice-topic.json`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(':whsec_a%2Fb%2Bc%3D@');
  });

  test('keep what a bucket of AWS sends already', () => {
    const { artefacts } = eventSetup(eventTarget());
    const commands = contentOf(artefacts, 'commands');
    expect(commands).toMatch(
      /get-bucket-notification-configuration[\s\S]*put-bucket-notification-configuration/,
    );
    expect(commands).toContain(`jq '.EventBridgeConfiguration = {}'`);
  });
});
