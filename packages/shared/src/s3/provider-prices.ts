/**
 * What providers charge their customers for requests and for data that leaves, as their public price lists say. For estimates only:
 * a customer's contract, region, storage class or free allowance may differ. Prices in millionths of a US dollar.
 */
export interface ProviderPrices {
  readonly name: string;
  /** For each million requests. */
  readonly perMillion: {
    readonly list: number;
    readonly get: number;
    readonly head: number;
    readonly put: number;
  };
  /** For each GB (10^9 bytes) read from outside of the provider. */
  readonly outPerGb: number;
  readonly source: string;
  /** When the list was read. */
  readonly asOf: string;
  readonly note: string;
}

const AWS: ProviderPrices = {
  name: 'Amazon S3 Standard, us-east-1',
  perMillion: { list: 5_000_000, get: 400_000, head: 400_000, put: 5_000_000 },
  outPerGb: 90_000,
  source: 'https://aws.amazon.com/s3/pricing/',
  asOf: '2026-11-21',
  note: 'List price; other regions cost a little more. The first 100 GB a month that leave are free and not taken off here.',
};

const R2: ProviderPrices = {
  name: 'Cloudflare R2 Standard',
  perMillion: { list: 4_500_000, get: 360_000, head: 360_000, put: 4_500_000 },
  outPerGb: 0,
  source: 'https://developers.cloudflare.com/r2/pricing/',
  asOf: '2026-11-21',
  note: 'Class A (LIST, PUT) and class B (GET, HEAD) operations. The first 1 million and 10 million a month are free and not taken off here.',
};

const B2: ProviderPrices = {
  name: 'Backblaze B2',
  perMillion: { list: 4_000_000, get: 400_000, head: 400_000, put: 0 },
  outPerGb: 10_000,
  source: 'https://www.backblaze.com/cloud-storage/transaction-pricing',
  asOf: '2026-11-21',
  note: 'Class C (LIST) and class B (GET, HEAD) transactions. 2,500 of each a day, and some download, are free and not taken off here.',
};

/** By the provider of an integration. Null: we know no price list. */
export const PROVIDER_PRICES = {
  aws_role: AWS,
  aws_key: AWS,
  r2: R2,
  b2: B2,
  generic: null,
} as const satisfies Record<string, ProviderPrices | null>;
