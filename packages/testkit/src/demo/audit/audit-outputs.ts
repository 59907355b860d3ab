import { getDocumentProxy } from 'unpdf';
import type { ListedObject } from '../customer-bucket.ts';
import type { DemoTenant } from '../document.ts';
import type { AuditInput } from './audit.ts';
import type { LedgerRow } from './ledger-rows.ts';

/** Where the results of a document must lie. Written down here once more, apart from the product's own rule. */
export function expectedOutputKeys(
  { inputPrefix, outputPrefix }: Pick<DemoTenant, 'inputPrefix' | 'outputPrefix'>,
  key: string,
): { pdf: string; html: string } {
  const pdf = `${outputPrefix}${key.slice(inputPrefix.length)}`;
  return { pdf, html: `${pdf}.html` };
}

/** What is wrong with the results of a written-back row, as they lie in the bucket; null when nothing is. */
export async function describeWrongOutput(
  input: AuditInput,
  row: LedgerRow,
  listed: ReadonlyMap<string, ListedObject>,
): Promise<string | null> {
  const { tenant, bucket } = input;
  if (row.outputs.length !== 2) return `are ${row.outputs.length}, not a PDF and a page`;
  for (const [kind, key] of Object.entries(expectedOutputKeys(tenant, row.key))) {
    const recorded = row.outputs.find((output) => output.kind === kind);
    if (recorded?.key !== key) return `(${kind}) is not recorded at "${key}"`;
    const object = listed.get(key);
    if (object === undefined) return `(${kind}) is not in the bucket`;
    if (object.sizeBytes !== recorded.sizeBytes || object.etag !== recorded.etag)
      return `(${kind}) is not what was recorded`;
    const wrong = await wrongProvenance(input, row, key);
    if (wrong !== null) return `(${kind}) has the wrong ${wrong} in its metadata`;
  }
  const { pdf, html } = expectedOutputKeys(tenant, row.key);
  const page = new TextDecoder().decode(await read(bucket, html));
  if (!/^<!doctype html>/i.test(page) || !/<\/html>\s*$/i.test(page)) return 'is no whole HTML page';
  return describeWrongPdf(await read(bucket, pdf), await read(bucket, row.key), row.pages);
}

async function wrongProvenance(
  { bucket, integrationId }: AuditInput,
  row: LedgerRow,
  key: string,
): Promise<string | null> {
  const { metadata } = await bucket.head(key);
  const expected = {
    'sluice-job-id': row.jobId,
    'sluice-object-id': row.id,
    'sluice-integration-id': integrationId,
    'sluice-source-etag': row.etag,
  };
  return Object.entries(expected).find(([name, value]) => metadata[name] !== value)?.[0] ?? null;
}

/** Opens it with pdf.js, which shares no code with what wrote it. */
async function describeWrongPdf(
  result: Uint8Array,
  source: Uint8Array,
  pages: number | null,
): Promise<string | null> {
  if (Buffer.compare(result, source) === 0) return 'is the document that was taken in';
  try {
    const document = await getDocumentProxy(result, { verbosity: 0 });
    const { numPages } = document;
    await document.loadingTask.destroy();
    return numPages === pages ? null : `has ${numPages} pages, not ${pages}`;
  } catch (error) {
    return `does not open: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function read(bucket: AuditInput['bucket'], key: string): Promise<Uint8Array> {
  const { body } = await bucket.get(key);
  return new Uint8Array(await new Response(body).arrayBuffer());
}
