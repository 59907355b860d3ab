import { type OutputKind, SluiceError } from '@sluice/shared';
import { SliceDigest } from '../finding/slice-digest.ts';
import type { IntegrationConfig, ObjectToWrite } from '../ports/ledger.ts';

const MAX_KEY_BYTES = 1024;

/**
 * Where a result goes: the output prefix, then the source's place in its folder tree. The PDF keeps its name, the HTML
 * page adds `.html` to it: `a/report.pdf` → `out/a/report.pdf`, `out/a/report.pdf.html`. Folder rules with a
 * sub-folder apart no two sources can meet; where two do, the second is refused when it is written.
 * With `keep_versions` the version joins the name: its ETag, or a digest where an ETag is no part for a name.
 *
 * @throws SluiceError `object_name_unusable` when the result would be longer than S3 allows.
 */
export const outputKey = (
  integration: Pick<IntegrationConfig, 'inputPrefix' | 'outputPrefix'>,
  object: Pick<ObjectToWrite, 'key' | 'etag' | 'sizeBytes' | 'overwritePolicy' | 'outputSubfolder'>,
  kind: OutputKind,
): string => {
  const path = object.key.slice(integration.inputPrefix.length);
  const extension = path.slice(-4);
  const name =
    object.overwritePolicy === 'keep_versions'
      ? `${path.slice(0, -4)}.${versionOf(object)}${extension}`
      : path;
  const key = `${integration.outputPrefix}${object.outputSubfolder ?? ''}${name}${kind === 'html' ? '.html' : ''}`;
  if (new TextEncoder().encode(key).length > MAX_KEY_BYTES) {
    throw new SluiceError('object_name_unusable', {
      detail: `With the output prefix the name would be longer than ${MAX_KEY_BYTES} bytes.`,
    });
  }
  return key;
};

/** S3's ETags are hex digits, with a hyphen and a number for uploads in parts. Others are base64, or quoted dates. */
const versionOf = ({ etag, sizeBytes }: Pick<ObjectToWrite, 'etag' | 'sizeBytes'>): string => {
  if (/^[0-9a-f]{32}(-\d{1,5})?$/.test(etag)) return etag;
  const digest = new SliceDigest();
  digest.add({ key: '', etag, sizeBytes });
  return `v${digest.toString()}`;
};
