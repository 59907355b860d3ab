import { join } from 'node:path';
import { ApiError } from '@sluice/api-client';
import { samplePdfs, specials } from '../samples/index.ts';
import { printedSamples } from '../samples/printed/index.ts';
import { readJsonFile, writeJsonFile } from '../stack/data-dir.ts';
import type { DemoUser } from '../stack/dev-json.ts';
import type { Stack } from '../stack/stack-types.ts';
import { demoUsers, ensureAccount, ensureIntegration } from './accounts.ts';
import { openCustomerBucket, putDocuments } from './customer-bucket.ts';
import { type DemoDocument, type DemoTenant, textFile } from './document.ts';
import { ensureEventMode } from './events/event-mode.ts';

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
  'libreoffice-report.pdf': 'Reports/libreoffice-report.pdf',
  'chromium-tables.pdf': 'Reports/chromium-tables.pdf',
  'tex-article.pdf': 'Papers/tex-article.pdf',
  'word-minutes.pdf': 'Board/word-minutes.pdf',
};

/**
 * A user, a connected bucket and documents in it, on a new data directory, and event mode. Killed in between, the next start
 * does the rest; once done it is done for good, whatever is deleted later.
 */
export async function ensureFirstRun(stack: Stack): Promise<{ run: FirstRun; isNew: boolean }> {
  const file = join(stack.dataDir, 'first-run.json');
  const before = await readJsonFile<FirstRun>(file);
  const run = before ?? (await makeFirstRun(stack, file));
  await ensureEventMode(stack, () => signInAgain(stack), run.integrationId, run).catch((error: unknown) => {
    // Of a data directory in which somebody has deleted the integration, or what belongs to it.
    if (before === undefined || !(error instanceof ApiError)) throw error;
  });
  return { run, isNew: before === undefined };
}

const ACCOUNT = { email: 'demo@sluice.example', tenantName: 'Acme Legal' };

const signInAgain = (stack: Stack) => ensureAccount(stack, ACCOUNT);

async function makeFirstRun(stack: Stack, file: string): Promise<FirstRun> {
  const tenant = await firstTenant();
  const account = await ensureAccount(stack, ACCOUNT);
  await putDocuments(openCustomerBucket(stack.s3, tenant.bucket), tenant.documents);
  const integrationId = await ensureIntegration(stack, account, { ...tenant, name: 'Documents' });
  const [user] = await demoUsers(stack.dataDir);
  if (user === undefined) throw new Error('the demo user was not kept');
  const { tenantId } = account;
  const { bucket, inputPrefix, outputPrefix } = tenant;
  const run = { user: { ...user, tenantId }, tenantId, integrationId, bucket, inputPrefix, outputPrefix };
  await writeJsonFile(file, run);
  return run;
}

async function firstTenant(): Promise<DemoTenant> {
  const inputPrefix = 'inbox/';
  const pdfs = [...(await samplePdfs()), ...printedSamples()].flatMap(
    ({ name, bytes, pages }): DemoDocument[] => {
      const place = SAMPLES[name];
      if (place === undefined) return [];
      return [pdf(`${inputPrefix}${place}`, bytes, { outcome: 'written_back', pages })];
    },
  );
  const { encrypted, corrupt } = await specials();
  return {
    name: ACCOUNT.tenantName,
    email: ACCOUNT.email,
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
