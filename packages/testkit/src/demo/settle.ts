import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { readStandings, type Standing } from './audit/ledger-rows.ts';

const LOOK_EVERY_MS = 200;
const LISTING = new Set(['cycle', 'isListing']);

/**
 * Waits until nothing is under way any more: every expected object is found and none is pending. Where results of ours lie in
 * the folder that is listed, a listing that was begun after that has ended too, so that they are accounted for.
 * @param expected rows to come, and whether they hold results, by integration.
 * @param stallMs gives up when nothing at all changes for this long.
 * @param onChange told where things stand, whenever that has changed.
 * @returns false when it gave up.
 */
export async function waitUntilSettled(
  sql: Pool,
  expected: ReadonlyMap<string, { readonly rows: number; readonly holdsResults: boolean }>,
  options: { stallMs: number; onChange: (standings: readonly Standing[]) => void },
): Promise<boolean> {
  const quietSinceCycle = new Map<string, number>();
  let shown = '';
  let changedAtMs = Date.now();
  for (;;) {
    const standings = await readStandings(sql, [...expected.keys()]);
    // Listings begin and end all the time; that alone is no progress.
    const counts = JSON.stringify(standings, (name, value: unknown) =>
      LISTING.has(name) ? undefined : value,
    );
    if (counts !== shown) {
      shown = counts;
      changedAtMs = Date.now();
      options.onChange(standings);
    }
    let settled = standings.length === expected.size;
    for (const { integrationId, found, pending, cycle, isListing } of standings) {
      const { rows = 0, holdsResults = false } = expected.get(integrationId) ?? {};
      if (pending > 0 || found < rows) {
        quietSinceCycle.delete(integrationId);
        settled = false;
        continue;
      }
      if (!holdsResults) continue;
      const since = quietSinceCycle.get(integrationId) ?? cycle;
      quietSinceCycle.set(integrationId, since);
      if (!(cycle > since + 1 || (cycle === since + 1 && !isListing))) settled = false;
    }
    if (settled) return true;
    if (Date.now() - changedAtMs > options.stallMs) return false;
    await delay(LOOK_EVERY_MS);
  }
}
