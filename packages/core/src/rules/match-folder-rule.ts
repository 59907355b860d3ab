import {
  ERROR_CATALOGUE,
  type FolderRule,
  type FolderRuleMatch,
  OutputKind,
  type S3Integration,
  SluiceError,
} from '@sluice/shared';
import { classifyObject } from '../finding/classify-object.ts';
import { outputKey } from '../writeback/output-key.ts';

type Integration = Pick<S3Integration, 'inputPrefix' | 'outputPrefix' | 'overwritePolicy' | 'language'>;

/** A name alone says nothing of size and version; these offend nothing. */
const ANY_VERSION = { etag: '0'.repeat(32), sizeBytes: 1, lastModified: '' } as const;

/**
 * Which rule a key would get, and what follows from it: the longest prefix the key begins with wins, whole, and what it
 * leaves open is the integration's, never a shorter rule's. `private.folder_rule_for` decides the same in the pipeline.
 *
 * @throws SluiceError `invalid_request` (`key`) for a key outside the input folder, which the integration never sees.
 */
export const matchFolderRule = (
  integration: Integration,
  rules: readonly FolderRule[],
  key: string,
): FolderRuleMatch => {
  if (!key.startsWith(integration.inputPrefix)) {
    const message = `It lies outside the input folder "${integration.inputPrefix}", so the integration never sees it.`;
    throw new SluiceError('invalid_request', { fields: [{ field: 'key', message }] });
  }
  const fitting = rules
    .filter(({ prefix }) => key.startsWith(prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  const rule = fitting[0] ?? null;
  const overwritePolicy = rule?.overwritePolicy ?? integration.overwritePolicy;
  const { skippedAs, outputs } = fateOf(integration, rule, overwritePolicy, key);
  return {
    key,
    rule,
    why: why(rules.length, fitting),
    candidates: fitting.map(({ prefix }) => prefix),
    effective: {
      qualityTier: rule?.qualityTier ?? 'standard',
      language: rule?.language ?? integration.language,
      notificationTarget: rule?.notificationTarget ?? null,
      overwritePolicy,
    },
    skippedAs,
    outputs,
  };
};

const why = (all: number, fitting: readonly FolderRule[]): string => {
  const [winner, ...others] = fitting;
  if (all === 0) return 'The integration has no rules; its own settings hold.';
  if (winner === undefined)
    return `The key begins with the prefix of none of the ${all} rules; the integration's own settings hold.`;
  if (others.length === 0) return `"${winner.prefix}" is the only rule the key begins with.`;
  return `The key begins with the prefixes of ${fitting.length} rules; "${winner.prefix}" is the longest and wins.`;
};

const fateOf = (
  integration: Integration,
  rule: FolderRule | null,
  overwritePolicy: FolderRuleMatch['effective']['overwritePolicy'],
  key: string,
): Pick<FolderRuleMatch, 'skippedAs' | 'outputs'> => {
  const code = classifyObject({ key, ...ANY_VERSION }, integration.outputPrefix);
  if (code !== null) {
    const { title, owner, remedy } = ERROR_CATALOGUE[code];
    return { skippedAs: { code, title, owner, remedy }, outputs: [] };
  }
  const object = {
    key,
    ...ANY_VERSION,
    overwritePolicy: 'reprocess',
    outputSubfolder: rule?.outputSubfolder ?? null,
  } as const;
  return {
    skippedAs: null,
    outputs: OutputKind.options.map((kind) => ({
      kind,
      key: withVersion(outputKey(integration, object, kind), kind, overwritePolicy === 'keep_versions'),
    })),
  };
};

/** The version joins the name before its `.pdf`, where {@link outputKey} puts it. */
const withVersion = (key: string, kind: OutputKind, isVersioned: boolean): string => {
  if (!isVersioned) return key;
  const at = key.length - (kind === 'html' ? '.pdf.html' : '.pdf').length;
  return `${key.slice(0, at)}.{version}${key.slice(at)}`;
};
