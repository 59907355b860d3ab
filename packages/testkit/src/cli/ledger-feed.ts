import { setTimeout as delay } from 'node:timers/promises';
import { ERROR_CATALOGUE, isErrorCode } from '@sluice/shared';
import type { Pool } from 'pg';
import { type LedgerNews, readNews, readStandings, type Standing } from '../demo/audit/ledger-rows.ts';
import { errorMessage } from '../stack/log.ts';
import { printable, style, type Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 500;
/** More lines than this at once say less than their number. */
const MAX_LINES = 25;
const PAGE = 1_000;
/** A transaction may become visible this long after the time it carries. */
const OVERLAP_MICROS = 2_000_000n;

/** One failed look is nothing: the database may be going down with the rest, and its owner hears of it. */
const FAILURES_TO_MENTION = 10;

/**
 * Shows what becomes of every object, a line each, and where things stand, until `signal` is aborted.
 * @param after news before this moment (ms since 1970) are old.
 * @returns for the first time when every bucket has been listed and nothing is pending: where things stand.
 */
export function followLedger(
  sql: Pool,
  terminal: Terminal,
  after: number,
  signal: AbortSignal,
): Promise<readonly Standing[]> {
  const quiet = Promise.withResolvers<readonly Standing[]>();
  const told = new Map<string, string>();
  const pollErrors = new Map<string, string>();
  let cursor = BigInt(after) * 1_000n;
  let failures = 0;

  const tellNews = async (): Promise<void> => {
    const news = await readNews(sql, String(cursor), PAGE);
    const fresh = news.filter(({ id, changedAt }) => told.get(id) !== changedAt);
    for (const item of fresh.slice(0, MAX_LINES)) terminal.line(newsLine(item));
    if (fresh.length > MAX_LINES) terminal.line(`  … and ${fresh.length - MAX_LINES} more`);
    for (const { id, changedAt } of fresh) told.set(id, changedAt);
    const last = news.at(-1);
    if (last === undefined) return;
    const newest = BigInt(last.changedAt);
    // A full page must be left behind, or nothing after it would ever be seen.
    const next = news.length === PAGE ? newest : newest - OVERLAP_MICROS;
    if (next > cursor) cursor = next;
    for (const [id, changedAt] of told) if (BigInt(changedAt) <= cursor) told.delete(id);
  };
  const tellStandings = async (): Promise<void> => {
    const standings = await readStandings(sql);
    for (const { integrationId, bucket, pollError } of standings) {
      if ((pollErrors.get(integrationId) ?? null) === pollError) continue;
      if (pollError === null) {
        pollErrors.delete(integrationId);
        terminal.line(`${style('green', '✓')} ${bucket} can be listed again`);
      } else {
        pollErrors.set(integrationId, pollError);
        terminal.line(`${style('yellow', '!')} ${bucket} cannot be listed: ${explain(pollError)}`);
      }
    }
    if (signal.aborted) return;
    terminal.status(`  ${standingLine(standings)}`);
    const isListed = standings.every(({ cycle, isListing }) => cycle > 1 || (cycle === 1 && !isListing));
    if (isListed && totals(standings).pending === 0) quiet.resolve(standings);
  };
  const look = async (): Promise<void> => {
    try {
      await tellNews();
      await tellStandings();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === FAILURES_TO_MENTION) terminal.line(`${style('yellow', '!')} ${errorMessage(error)}`);
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await look();
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  void run();
  return quiet.promise;
}

/** `12 found = 9 written back + 1 skipped + 2 failed`, with what is pending while something is. */
export function standingLine(standings: readonly Standing[]): string {
  const { found, writtenBack, skipped, failed, pending } = totals(standings);
  const parts = [`${writtenBack} written back`, `${skipped} skipped`, `${failed} failed`];
  return `${found} found = ${[...parts, ...(pending > 0 ? [`${pending} on the way`] : [])].join(' + ')}`;
}

function totals(standings: readonly Standing[]) {
  const add = (field: 'found' | 'writtenBack' | 'skipped' | 'failed' | 'pending'): number =>
    standings.reduce((total, standing) => total + standing[field], 0);
  return {
    found: add('found'),
    writtenBack: add('writtenBack'),
    skipped: add('skipped'),
    failed: add('failed'),
    pending: add('pending'),
  };
}

function newsLine({ bucket, key, state, reason, pages, outputKeys, elapsedSeconds }: LedgerNews): string {
  const name = `${bucket}/${printable(key)}`;
  const why = explain(reason ?? 'internal');
  switch (state) {
    case 'written_back': {
      const [pdf = ''] = outputKeys;
      const size = pages === 1 ? '1 page' : `${pages ?? 0} pages`;
      return `${style('green', '✓')} ${name} → ${printable(pdf)} and .html ${style('dim', `(${size}, ${elapsedSeconds.toFixed(1)} s)`)}`;
    }
    case 'skipped':
      return `${style('dim', '–')} ${name} skipped: ${why}`;
    case 'failed':
    case 'dead':
      return `${style('red', '✗')} ${name} failed: ${why}`;
    case 'found':
    case 'queued':
    case 'processing':
    case 'staged':
      return `${style('yellow', '…')} ${name} is tried again: ${why}`;
    default:
      return state satisfies never;
  }
}

function explain(code: string): string {
  if (!isErrorCode(code)) return code;
  const { title, remedy } = ERROR_CATALOGUE[code];
  return `${title}. ${remedy}`;
}
