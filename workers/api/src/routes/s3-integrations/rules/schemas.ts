import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import { problem } from '../../../http/reference/openapi.ts';

/** The contracts of `packages/shared`, named for the OpenAPI document. */
export const FolderRule = shared.FolderRule.clone().openapi('FolderRule', {
  description: 'What holds for one folder instead of the integration’s own settings.',
});
export const FolderRules = z.strictObject({ items: z.array(FolderRule) }).openapi('FolderRules');
export const SetFolderRule = shared.SetFolderRule.clone().openapi('SetFolderRule');
export const FolderRuleMatch = shared.FolderRuleMatch.clone().openapi('FolderRuleMatch');

export const PrefixQuery = z.strictObject({
  prefix: shared.RulePrefix.clone().openapi({
    param: {
      description: 'The folder the rule is for, in the input folder. A trailing slash is added when missing.',
    },
    example: 'incoming/de/',
  }),
});

export const KeyQuery = z.strictObject({
  key: z
    .string()
    .min(1)
    .refine((key) => key.isWellFormed() && !key.includes('\0'), 'It cannot be the key of an object.')
    .refine((key) => new TextEncoder().encode(key).length <= 1024, 'A key has at most 1,024 bytes.')
    .openapi({
      param: { description: 'Key of an object in the input folder; it need not exist.' },
      example: 'incoming/de/vertrag.pdf',
    }),
});

export const RULE_EXAMPLES = {
  language: { summary: 'Documents in German', value: { language: 'de' } },
  everything: {
    summary: 'Everything a rule can say',
    value: {
      qualityTier: 'enhanced',
      language: 'pt-BR',
      notificationTarget: 'legal-team',
      overwritePolicy: 'keep_versions',
      outputSubfolder: 'legal/',
    },
  },
  defaults: {
    summary: 'Back to the integration’s settings, inside of another rule’s folder',
    value: { language: null },
  },
} as const satisfies Record<
  string,
  { summary: string; value: Partial<shared.SetFolderRule> & Record<string, unknown> }
>;

/** Of operations on one rule, on top of what any write may answer. */
export const prefixProblems = {
  400: problem(
    'The request is not valid; `errors` names the fields.',
    'invalid_request',
    'rule_outside_input',
  ),
} as const;
export const ruleProblems = {
  ...prefixProblems,
  409: problem('The integration has as many rules as it may.', 'quota_reached'),
  422: problem('The rule cannot work; `errors` names the field.', 'outputs_collide'),
} as const;
