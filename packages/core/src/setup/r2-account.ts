/** Account and jurisdiction, as they stand in the endpoint: `https://<account>[.<jurisdiction>].r2.cloudflarestorage.com`. */
export const r2AccountOf = (
  endpoint: string | null,
): { readonly accountId: string; readonly jurisdiction: string | null } | null => {
  const match = /^https:\/\/([0-9a-f]{32})(?:\.([a-z]+))?\.r2\.cloudflarestorage\.com\/?$/.exec(
    endpoint ?? '',
  );
  return match?.[1] === undefined ? null : { accountId: match[1], jurisdiction: match[2] ?? null };
};
