import * as z from 'zod';
import { Folder, Language, text } from '../fields.ts';
import { OverwritePolicy } from './s3-integrations.ts';

export const QualityTier = z
  .enum(['standard', 'enhanced'])
  .describe('How thoroughly the documents of the folder are processed.');
export type QualityTier = z.infer<typeof QualityTier>;

/** The folder a rule is for: within the input folder, and never the empty one. */
export const RulePrefix = Folder.refine((value) => value !== '', 'Name a folder, such as "incoming/de/".');

/** What a rule says of its folder. Null, or left out: as the integration says. */
export const SetFolderRule = z
  .strictObject({
    qualityTier: QualityTier.nullable().optional(),
    language: Language.nullable().optional(),
    notificationTarget: text(500).nullable().optional().describe('Who is told of results from this folder.'),
    overwritePolicy: OverwritePolicy.nullable().optional(),
    outputSubfolder: Folder.refine((value) => value !== '', 'Name a folder, such as "german/", or use null.')
      .refine((value) => new TextEncoder().encode(value).length <= 256, 'Use at most 256 bytes.')
      .nullable()
      .optional()
      .describe('Folder between the output prefix and the place of the document below the input prefix.'),
  })
  .refine(
    (value) => Object.keys(value).length > 0,
    'Name at least one field; null is what the integration says.',
  );
export type SetFolderRule = z.infer<typeof SetFolderRule>;

/** A rule as its tenant sees it. */
export const FolderRule = z.strictObject({
  id: z.uuid(),
  prefix: z
    .string()
    .describe('Keys that begin with it are governed by the rule, unless a longer prefix fits.'),
  qualityTier: QualityTier.nullable(),
  language: z.string().nullable(),
  notificationTarget: z.string().nullable(),
  overwritePolicy: OverwritePolicy.nullable(),
  outputSubfolder: z.string().nullable(),
  revision: z.int().describe('Counts the edits. `"<revision>"` may be sent as `If-Match`.'),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type FolderRule = z.infer<typeof FolderRule>;

/** Which rule a key would get, and what follows from it. */
export const FolderRuleMatch = z.strictObject({
  key: z.string(),
  rule: FolderRule.nullable().describe('Null when no rule fits: then the integration’s own settings hold.'),
  why: z.string().describe('In words.'),
  candidates: z
    .array(z.string())
    .describe('Prefixes of all rules the key falls under, the longest, which wins, first.'),
  effective: z.strictObject({
    qualityTier: QualityTier,
    language: z.string().nullable().describe('Null: the processor tells by itself.'),
    notificationTarget: z.string().nullable(),
    overwritePolicy: OverwritePolicy,
  }),
  skippedAs: z
    .strictObject({ code: z.string(), title: z.string(), owner: z.string(), remedy: z.string() })
    .nullable()
    .describe(
      'Why an object of this name is not processed at all, judged by its name alone; null when it is.',
    ),
  outputs: z
    .array(z.strictObject({ kind: z.enum(['pdf', 'html']), key: z.string() }))
    .describe(
      'Keys the results would be written under; none when it is not processed. With `keep_versions` the version stands as `{version}`.',
    ),
});
export type FolderRuleMatch = z.infer<typeof FolderRuleMatch>;
