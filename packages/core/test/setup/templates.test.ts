import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SetupArtefact } from '@sluice/shared';
import { assert, asyncProperty, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketPolicy } from '../../src/setup/bucket-policy.ts';
import { quickCreateUrl, roleParameters, roleTemplate } from '../../src/setup/role-template.ts';
import { roleTerraform } from '../../src/setup/role-terraform.ts';
import { trustPolicy } from '../../src/setup/role-trust.ts';
import { setupArtefacts } from '../../src/setup/setup-artefacts.ts';
import { shellWord } from '../../src/setup/setup-target.ts';
import { EXTERNAL_ID, IDENTITY, KMS_KEY, locations, PRINCIPAL, target } from './targets.ts';
import { parseHcl, templateValidator, unescaped } from './validator.ts';

const PUBLISHED = join(import.meta.dirname, '../../../../infra/aws/sluice-role.template.json');

const problemsOf = templateValidator();

type Json = string | number | readonly Json[] | { readonly [name: string]: Json };

/** The value CloudFormation would make of a part of the template: `Ref`, `Fn::Sub`, `Fn::If` and what they need. */
const resolve = (
  value: Json,
  names: Readonly<Record<string, string>>,
  isTrue: (name: string) => boolean,
): Json | undefined => {
  const inner = (part: Json) => resolve(part, names, isTrue);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.flatMap((item: Json) => inner(item) ?? []);
  const [name, argument] = Object.entries(value)[0] ?? ['', ''];
  const parts = Array.isArray(argument) ? (argument as readonly Json[]) : [argument];
  const text = (part: Json = ''): string => {
    const resolved = inner(part);
    if (typeof resolved !== 'string') throw new Error(`no text: ${JSON.stringify(part)}`);
    return resolved;
  };
  if (name === 'Ref') return argument === 'AWS::NoValue' ? undefined : names[text(argument)];
  if (name === 'Fn::If') return inner(parts[isTrue(text(parts[0])) ? 1 : 2] ?? '');
  if (name === 'Fn::Split') return text(parts[1]).split(text(parts[0]));
  if (name === 'Fn::Select') return (inner(parts[1] ?? '') as readonly Json[])[Number(parts[0])];
  if (name === 'Fn::Sub') {
    const local = { ...names, ...(inner(parts[1] ?? {}) as Record<string, string>) };
    return text(parts[0]).replaceAll(/\$\{([^}]+)\}/g, (_, variable: string) => String(local[variable]));
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, part]) => {
      const resolved = inner(part);
      return resolved === undefined ? [] : [[field, resolved]];
    }),
  );
};

describe('the CloudFormation template', () => {
  test('has nothing AWS’s validator objects to, filled in or not', () => {
    const kms = target({ kmsKeyArn: KMS_KEY, inputPrefix: '' });
    expect(problemsOf(JSON.stringify(roleTemplate()))).toEqual([]);
    for (const one of [target(), kms]) {
      const filledIn = roleTemplate(roleParameters(one, PRINCIPAL, EXTERNAL_ID));
      expect(problemsOf(JSON.stringify(filledIn))).toEqual([]);
    }
  });

  test('is seen by the validator when it is wrong', () => {
    const broken = JSON.stringify(roleTemplate()).replace('AssumeRolePolicyDocument', 'AssumeRolePolicy');
    expect(problemsOf(broken)).not.toEqual([]);
  });

  test('is published as it is made', () => {
    expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(roleTemplate());
  });

  test('makes the very policies that are shown, whatever the names', () => {
    assert(
      property(locations, (location) => {
        for (const kmsKeyArn of [null, KMS_KEY]) {
          const one = target({ ...location, kmsKeyArn });
          const parameters = roleParameters(one, PRINCIPAL, EXTERNAL_ID);
          const template = JSON.parse(JSON.stringify(roleTemplate(parameters))) as {
            Parameters: Record<string, { Default: string; AllowedPattern: string }>;
            Resources: { SluiceRole: { Properties: Json } };
          };
          const values = Object.entries(template.Parameters).map(([name, { Default, AllowedPattern }]) => {
            expect(Default).toMatch(new RegExp(AllowedPattern));
            return [name, Default] as const;
          });
          const role = resolve(
            template.Resources.SluiceRole.Properties,
            {
              ...Object.fromEntries(values),
              'AWS::Partition': 'aws',
              'AWS::URLSuffix': 'amazonaws.com',
            },
            (condition) => (condition === 'HasKmsKey' ? kmsKeyArn !== null : location.inputPrefix !== ''),
          );
          expect(role).toMatchObject({
            RoleName: 'sluice',
            Path: '/apps/',
            AssumeRolePolicyDocument: trustPolicy(PRINCIPAL, EXTERNAL_ID),
            Policies: [{ PolicyDocument: bucketPolicy(one, 'aws') }],
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is opened by a quick-create link with every parameter', () => {
    assert(
      property(locations, (location) => {
        const parameters = roleParameters(target(location), PRINCIPAL, EXTERNAL_ID);
        const url = new URL(quickCreateUrl(IDENTITY.templateUrl, 'eu-central-1', parameters));
        expect(url.host).toBe('console.aws.amazon.com');
        const [path, query] = url.hash.split('?');
        expect(path).toBe('#/stacks/quickcreate');
        const given = Object.fromEntries(new URLSearchParams(query));
        expect(given).toMatchObject({ templateURL: IDENTITY.templateUrl, stackName: 'role-sluice' });
        for (const [name, value] of Object.entries(parameters)) expect(given[`param_${name}`]).toBe(value);
      }),
      { numRuns: 100 },
    );
  });
});

test('the Terraform says the very policies that are shown, whatever the names', async () => {
  await assert(
    asyncProperty(locations, async (location) => {
      const one = target({ ...location, kmsKeyArn: KMS_KEY });
      const text = roleTerraform(one, PRINCIPAL, EXTERNAL_ID);
      const parsed = (await parseHcl(text)) as {
        locals: [Record<string, unknown>];
        resource: Record<string, Record<string, [Record<string, string>]>>;
      };
      const [{ sluice_bucket_policy: policy, sluice_trust_policy: trust }] = parsed.locals;
      expect(unescaped(policy)).toEqual(bucketPolicy(one, 'aws'));
      expect(unescaped(trust)).toEqual(trustPolicy(PRINCIPAL, EXTERNAL_ID));
      expect(parsed.resource['aws_iam_role']?.['sluice']?.[0]).toMatchObject({
        name: 'sluice',
        path: '/apps/',
        assume_role_policy: '${jsonencode(local.sluice_trust_policy)}',
      });
    }),
    { numRuns: 100 },
  );
});

describe('the documents and commands', () => {
  const PROVIDERS = ['aws_role', 'aws_key', 'r2', 'b2', 'generic'] as const;

  test('are JSON where they say so, and policies are ASCII', () => {
    assert(
      property(locations, (location) => {
        for (const provider of PROVIDERS) {
          const { artefacts } = setupArtefacts(target({ ...location, provider }), IDENTITY);
          for (const { format, name, content } of artefacts) {
            if (format === 'json') JSON.parse(content);
            // oxlint-disable-next-line no-control-regex -- ASCII is meant
            if (name.endsWith('policy')) expect(content).toMatch(/^[\u0000-\u007f]*$/);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('name only files that are among them', () => {
    for (const provider of PROVIDERS) {
      const { artefacts } = setupArtefacts(target({ provider }), IDENTITY);
      const files = new Set(artefacts.map(({ fileName }) => fileName));
      const named = artefacts
        .filter(({ format }) => format === 'shell')
        .flatMap(({ content }) => content.match(/sluice[\w.-]*\.(json|tf)/g) ?? []);
      for (const file of named) expect(files.has(file), file).toBe(true);
      expect(new Set(artefacts.map(({ title }) => title)).size).toBe(artefacts.length);
    }
  });

  test('are read by a shell as they were meant, and do nothing else', () => {
    assert(
      property(locations, string(), ({ inputPrefix }, text) => {
        for (const word of [inputPrefix, text.replaceAll('\0', '')]) {
          const read = execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
          expect(read).toBe(word);
        }
      }),
      { numRuns: 30 },
    );
  });

  const contentOf = (artefacts: readonly SetupArtefact[], name: SetupArtefact['name']): string =>
    artefacts.find((artefact) => artefact.name === name)?.content ?? '';

  test('keep a token of R2 to its bucket, in its jurisdiction', () => {
    const account = '0123456789abcdef0123456789abcdef';
    const endpoint = `https://${account}.eu.r2.cloudflarestorage.com`;
    const { artefacts } = setupArtefacts(target({ provider: 'r2', endpoint }), IDENTITY);
    expect(JSON.parse(contentOf(artefacts, 'token_request'))).toMatchObject({
      policies: [
        {
          effect: 'allow',
          resources: { [`com.cloudflare.edge.r2.bucket.${account}_eu_acme-documents`]: '*' },
        },
      ],
    });
  });

  test('keep a key of B2 to its bucket, and to the folder both prefixes lie in', () => {
    const commandOf = (inputPrefix: string, outputPrefix: string): string =>
      contentOf(
        setupArtefacts(target({ provider: 'b2', inputPrefix, outputPrefix }), IDENTITY).artefacts,
        'commands',
      );
    const capabilities = 'listBuckets,listFiles,readFiles,writeFiles,deleteFiles';
    expect(commandOf('in/', 'out/')).toBe(`b2 key create --bucket acme-documents sluice ${capabilities}\n`);
    expect(commandOf('a/b c/in/', 'a/b c/out/')).toBe(
      `b2 key create --bucket acme-documents --name-prefix 'a/b c/' sluice ${capabilities}\n`,
    );
    expect(commandOf('ab/in/', 'abc/out/')).not.toContain('--name-prefix');
    expect(commandOf('', 'out/')).not.toContain('--name-prefix');
  });
});

describe('before all is known', () => {
  test('a role without an external id gets its policy, and no trust policy that would let anybody in', () => {
    const { artefacts, notes } = setupArtefacts(target({ externalId: null }), IDENTITY);
    expect(artefacts.map(({ name }) => name)).toEqual(['iam_policy']);
    expect(notes.join(' ')).toContain('when the integration is saved');
  });

  test('an installation without an AWS identity says so', () => {
    const { artefacts, notes } = setupArtefacts(target(), { principalArn: null, templateUrl: null });
    expect(artefacts.map(({ name }) => name)).toEqual(['iam_policy']);
    expect(notes.join(' ')).toContain('no AWS identity');
  });

  test('there is no quick-create link while the template is not published', () => {
    const { artefacts } = setupArtefacts(target(), { ...IDENTITY, templateUrl: null });
    expect(artefacts.map(({ name }) => name)).not.toContain('cloudformation_quick_create');
    expect(artefacts.map(({ name }) => name)).toContain('cloudformation_template');
  });
});
