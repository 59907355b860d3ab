import type { Integration } from './queries.ts';

/** Account and jurisdiction of a bucket of R2, as they stand in its endpoint; empty for what is not in it. */
export const r2AccountOf = ({
  endpoint,
}: Pick<Integration, 'endpoint'>): { readonly accountId: string; readonly jurisdiction: string } => {
  const [, accountId = '', jurisdiction = ''] =
    /([0-9a-f]{32})(?:\.(eu|fedramp))?\./.exec(endpoint ?? '') ?? [];
  return { accountId, jurisdiction };
};
