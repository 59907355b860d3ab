import { type OutputKind, SluiceError } from '@sluice/shared';
import type { IntegrationConfig, ObjectToWrite } from '../ports/ledger.ts';

const MAX_KEY_BYTES = 1024;

/**
 * Where a result goes: the output prefix, then the source's place in its folder tree. The PDF keeps its name, the HTML
 * page adds `.html` to it, so no two sources can meet: `a/report.pdf` → `out/a/report.pdf`, `out/a/report.pdf.html`.
 * With `keep_versions` the source's ETag joins the name.
 *
 * @throws SluiceError `object_name_unusable` when the result would be longer than S3 allows.
 */
export const outputKey = (
  integration: Pick<IntegrationConfig, 'inputPrefix' | 'outputPrefix'>,
  object: Pick<ObjectToWrite, 'key' | 'etag' | 'overwritePolicy' | 'outputSubfolder'>,
  kind: OutputKind,
): string => {
  const path = object.key.slice(integration.inputPrefix.length);
  const extension = path.slice(-4);
  const version = object.etag.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 40);
  const name =
    object.overwritePolicy === 'keep_versions' ? `${path.slice(0, -4)}.${version}${extension}` : path;
  const key = `${integration.outputPrefix}${object.outputSubfolder ?? ''}${name}${kind === 'html' ? '.html' : ''}`;
  if (new TextEncoder().encode(key).length > MAX_KEY_BYTES) {
    throw new SluiceError('object_name_unusable', {
      detail: `With the output prefix the name would be longer than ${MAX_KEY_BYTES} bytes.`,
    });
  }
  return key;
};
