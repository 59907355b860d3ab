import { join } from 'node:path';
import { samplePdfs, specials } from '../samples/index.ts';
import { readJsonFile, writeJsonFile } from '../stack/data-dir.ts';
import type { DemoUser } from '../stack/dev-json.ts';
import type { Stack } from '../stack/stack-types.ts';
import { demoUsers, ensureAccount, ensureIntegration } from './accounts.ts';
import { openCustomerBucket, putDocuments } from './customer-bucket.ts';
import { type DemoDocument, type DemoTenant, textFile } from './document.ts';

/** What the first start made: a user with a connected bucket. Kept in the data directory. */
export interface FirstRun {
  readonly user: DemoUser;
  readonly tenantId: string;
  readonly integrationId: string;
  readonly bucket: string;
  readonly inputPrefix: string;
  readonly outputPrefix: string;
}

const SAMPLES: Record<string, string> = {
  'letter.pdf': 'letter.pdf',
  'annual report 2025.pdf': 'Reports/annual report 2025.pdf',
  'contract_final_v7.pdf': 'Contracts/2026/contract_final_v7.pdf',
  'invoice#2026-0042.pdf': 'Invoices/Q1 + Q2/invoice#2026-0042.pdf',
  'slides.pdf': 'Board/slides.pdf',
  'newsletter.pdf': 'newsletter.pdf',
  'form.pdf': 'HR/form.pdf',
  'bericht-de.pdf': 'Berichte/bericht-de.pdf',
  'отчёт.pdf': 'Отчёты/отчёт.pdf',
};

/**
 * A user, a connected bucket and documents in it, on a new data directory. Killed in between, the next start does
 * the rest; once done it is done for good, whatever is deleted later.
 */
export async function ensureFirstRun(stack: Stack): Promise<{ run: FirstRun; isNew: boolean }> {
  const file = join(stack.dataDir, 'first-run.json');
  const before = await readJsonFile<FirstRun>(file);
  if (before !== undefined) return { run: before, isNew: false };
  const tenant = await firstTenant();
  const account = await ensureAccount(stack, { email: tenant.email, tenantName: tenant.name });
  await putDocuments(openCustomerBucket(stack.s3, tenant.bucket), tenant.documents);
  const integrationId = await ensureIntegration(stack, account, { ...tenant, name: 'Documents' });
  const [user] = await demoUsers(stack.dataDir);
  if (user === undefined) throw new Error('the demo user was not kept');
  const { tenantId } = account;
  const { bucket, inputPrefix, outputPrefix } = tenant;
  const run = { user: { ...user, tenantId }, tenantId, integrationId, bucket, inputPrefix, outputPrefix };
  await writeJsonFile(file, run);
  return { run, isNew: true };
}

async function firstTenant(): Promise<DemoTenant> {
  const inputPrefix = 'inbox/';
  const pdfs = (await samplePdfs()).flatMap(({ name, bytes, pages }): DemoDocument[] => {
    const place = SAMPLES[name];
    if (place === undefined) return [];
    return [pdf(`${inputPrefix}${place}`, bytes, { outcome: 'written_back', pages })];
  });
  const { encrypted, corrupt } = await specials();
  return {
    name: 'Acme Legal',
    email: 'demo@sluice.example',
    bucket: 'acme-documents',
    inputPrefix,
    outputPrefix: 'accessible/',
    documents: [
      ...pdfs,
      pdf(`${inputPrefix}HR/${encrypted.name}`, encrypted.bytes, {
        outcome: 'failed',
        reason: 'pdf_encrypted',
      }),
      pdf(`${inputPrefix}${corrupt.name}`, corrupt.bytes, { outcome: 'failed', reason: 'pdf_corrupt' }),
      textFile(`${inputPrefix}notes.txt`, 'Not a PDF.\n', { outcome: 'skipped', reason: 'not_pdf' }),
    ],
  };
}

function pdf(key: string, content: Uint8Array, expected: DemoDocument['expected']): DemoDocument {
  return { key, content, contentType: 'application/pdf', expected };
}
