import {
  type DryRunResult,
  type EstimateRange,
  PROCESSING_PRICE_MICROS_PER_PAGE,
  PROVIDER_PRICES,
  type ProviderPrices,
} from '@sluice/shared';
import { OBJECTS_PER_SLICE } from '../finding/plan-slices.ts';
import type { PageSizes } from '../ports/dry-runs.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import type { Counted } from './tally.ts';

/**
 * How large a page is when the tenant has no processed documents to learn from: measured on the sample PDFs of packages/testkit (47
 * documents, 130 pages). `expected` is their bytes by their pages, `low` what three of four stay below; `high` is a page as scanners
 * make it, which the samples are poor in.
 */
export const SAMPLE_BYTES_PER_PAGE = { documents: 47, expected: 16_500, low: 2_200, high: 50_000 } as const;

/** What processing one document takes besides its pages, and each page, in seconds: alone, and on busy machines. */
const SECONDS_PER_DOCUMENT = { low: 0.3, high: 3 };
const SECONDS_PER_PAGE = { low: 0.011, high: 0.1 };
/** Documents in work at once for one tenant. */
const AT_ONCE = { low: 2, high: 20 };

const LIST_PAGE = 1_000;
const SECONDS_PER_MONTH = 30 * 86_400;

/** Requests for one document that goes well: HEAD and GET of the source, PUT of the PDF and of the HTML page and a HEAD after each. */
const REQUESTS_PER_DOCUMENT = { head: 3, get: 1, put: 2 } as const;

export interface EstimateInput {
  readonly provider: IntegrationConfig['provider'];
  readonly wouldProcess: Counted;
  readonly listedObjects: number;
  /** LIST calls the dry run has made. */
  readonly listCalls: number;
  readonly pollIntervalSeconds: number;
  readonly pageSizes: PageSizes | null;
}

/** What processing would cost and take, and what the requests cost the customer. Amounts in millionths of a US dollar. */
export const estimateDryRun = (input: EstimateInput): Pick<DryRunResult, 'estimate' | 'requests'> => {
  const { wouldProcess, pageSizes } = input;
  const { objects } = wouldProcess;
  const size =
    pageSizes === null
      ? SAMPLE_BYTES_PER_PAGE
      : {
          documents: pageSizes.documents,
          expected: pageSizes.bytes / pageSizes.pages,
          low: Math.min(pageSizes.lowBytesPerPage, pageSizes.bytes / pageSizes.pages),
          high: Math.max(pageSizes.highBytesPerPage, pageSizes.bytes / pageSizes.pages),
        };
  // A document has a page at least.
  const pagesAt = (bytesPerPage: number): number =>
    Math.max(objects, Math.ceil(wouldProcess.bytes / Math.max(bytesPerPage, 1)));
  const pages = { low: pagesAt(size.high), expected: pagesAt(size.expected), high: pagesAt(size.low) };
  return {
    estimate: {
      basis: pageSizes === null ? 'sample_documents' : 'own_documents',
      basisDocuments: size.documents,
      bytesPerPage: Math.round(size.expected),
      pages,
      microsPerPage: PROCESSING_PRICE_MICROS_PER_PAGE,
      amountMicros: scaled(pages, PROCESSING_PRICE_MICROS_PER_PAGE),
      durationSeconds: {
        low: Math.ceil(
          (objects * SECONDS_PER_DOCUMENT.low + pages.low * SECONDS_PER_PAGE.low) / AT_ONCE.high,
        ),
        high: Math.ceil(
          (objects * SECONDS_PER_DOCUMENT.high + pages.high * SECONDS_PER_PAGE.high) / AT_ONCE.low,
        ),
      },
    },
    requests: requestsOf(input),
  };
};

const requestsOf = (input: EstimateInput): DryRunResult['requests'] => {
  const { listedObjects, listCalls, pollIntervalSeconds, wouldProcess } = input;
  const prices: ProviderPrices | null = PROVIDER_PRICES[input.provider];
  const micros = (requests: number, kind: keyof ProviderPrices['perMillion']): number =>
    prices === null ? 0 : Math.round((requests * prices.perMillion[kind]) / 1_000_000);
  const known = (amount: number): number | null => (prices === null ? null : amount);

  const head = wouldProcess.objects * REQUESTS_PER_DOCUMENT.head;
  const get = wouldProcess.objects * REQUESTS_PER_DOCUMENT.get;
  const put = wouldProcess.objects * REQUESTS_PER_DOCUMENT.put;

  const low = Math.max(1, Math.ceil(listedObjects / LIST_PAGE));
  // The last page of a slice may reach into the next one, which is then asked for again.
  const listPerPoll = { low, high: low + Math.floor(listedObjects / OBJECTS_PER_SLICE) };
  const polls = Math.round(SECONDS_PER_MONTH / pollIntervalSeconds);
  return {
    prices:
      prices === null
        ? null
        : { name: prices.name, source: prices.source, asOf: prices.asOf, note: prices.note },
    firstListing: { list: listCalls, amountMicros: known(micros(listCalls, 'list')) },
    processing: {
      head,
      get,
      put,
      bytesOut: wouldProcess.bytes,
      requestsMicros: known(micros(head, 'head') + micros(get, 'get') + micros(put, 'put')),
      transferMicros: known(Math.round(((prices?.outPerGb ?? 0) * wouldProcess.bytes) / 1e9)),
    },
    pollingPerMonth: {
      intervalSeconds: pollIntervalSeconds,
      polls,
      listPerPoll,
      amountMicros:
        prices === null
          ? null
          : { low: micros(polls * listPerPoll.low, 'list'), high: micros(polls * listPerPoll.high, 'list') },
    },
  };
};

const scaled = ({ low, expected, high }: EstimateRange, factor: number): EstimateRange => ({
  low: low * factor,
  expected: expected * factor,
  high: high * factor,
});
