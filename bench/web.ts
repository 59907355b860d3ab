/**
 * How soon the pages of the settings can be used, in Chromium on a real local stack: what a first visit and the next one take.
 *
 *     npm run bench web [-- --json] [visits a page, default 9]
 *
 * Medians. `usable`: from the request of the page until its heading is there, nothing of it is loading and the main thread is free, by
 * marks the page sets itself. Target: usable within a second on a first visit, and no layout shift.
 */
import { createTenant, startTemporaryStack, type TestUser } from '@sluice/testkit';
import { startChromium } from '../apps/web/test/support/chromium.ts';
import { buildWeb } from '../scripts/web.ts';
import { print, type Row } from './support/report.ts';

type Browser = Awaited<ReturnType<typeof startChromium>>;
type BrowserContext = Awaited<ReturnType<Browser['newContext']>>;
type Page = Awaited<ReturnType<BrowserContext['newPage']>>;

const VISITS = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 9);
const OBJECTS = 2_000;
const VIEWPORT = { width: 1280, height: 800 };

interface Measured {
  readonly paintMs: number;
  readonly usableMs: number;
  /** Time the main thread was busy for more than 50 ms at once, beyond those. */
  readonly blockedMs: number;
  readonly shift: number;
  readonly bytes: number;
}

/** In the page, before anything of it: sets the mark `usable`, and counts what moves and what blocks. */
const watch = (): void => {
  const seen = { shift: 0, blockedMs: 0 };
  Object.assign(globalThis, { seen });
  const observe = (type: string, take: (entry: PerformanceEntry & { value?: number }) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe('layout-shift', ({ value = 0 }) => void (seen.shift += value));
  observe('longtask', ({ duration }) => void (seen.blockedMs += duration - 50));
  const isThere = () =>
    document.querySelector('h1') !== null && document.querySelector('main [aria-busy=true]') === null;
  const look = () => {
    if (!isThere()) return void requestAnimationFrame(look);
    // After the frame that shows it, when the main thread is free again.
    requestAnimationFrame(() => setTimeout(() => isThere() && performance.mark('usable')));
  };
  requestAnimationFrame(look);
};

const measured = async (page: Page, address: string): Promise<Measured> => {
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0);
  return page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { shift: number; blockedMs: number } };
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return {
      paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      usableMs: performance.getEntriesByName('usable')[0]?.startTime ?? Number.NaN,
      blockedMs: seen.blockedMs,
      shift: seen.shift,
      bytes: [navigation, ...entries].reduce((sum, entry) => sum + (entry?.transferSize ?? 0), 0),
    };
  });
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

const sessionOf = async ({ client, id, email }: TestUser): Promise<string> => {
  const { data } = await client.auth.getSession();
  return JSON.stringify({
    accessToken: data.session?.access_token,
    refreshToken: data.session?.refresh_token,
    expiresAtMs: (data.session?.expires_at ?? 0) * 1000,
    user: { id, email, isSupport: false },
  });
};

await buildWeb();
const stack = await startTemporaryStack();
let browser: Browser | undefined;
try {
  const tenant = await createTenant(stack);
  const { rows } = await stack.sql.query<{ id: string }>(
    `insert into public.s3_integrations (tenant_id, name, provider, bucket, region, endpoint, addressing_style, input_prefix, output_prefix, status)
     select $1, 'Bucket ' || n, 'generic', 'bucket', 'auto', 'https://s3.example.com', 'path', n || '/in/', n || '/out/', 'paused'
     from generate_series(1, 20) n returning id`,
    [tenant.id],
  );
  const id = rows[0]?.id ?? '';
  await stack.sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, due_at)
     select $1, $2, n || '.docx', md5(n::text), 1000 + n, 'poll', 'skipped', 'not_pdf', null from generate_series(1, $3) n`,
    [tenant.id, id, OBJECTS],
  );
  browser = await startChromium();
  const session = await sessionOf(tenant.owner);
  const at = `/settings/${tenant.id}/integrations`;
  const pages: Readonly<Record<string, string>> = {
    'Sign in': '/sign-in',
    'Integrations (20)': at,
    Overview: `${at}/${id}`,
    [`Objects (${OBJECTS})`]: `${at}/${id}/objects`,
    Connect: `${at}/connect`,
    'Start page': '/',
  };
  const open = async (isSignedIn: boolean): Promise<BrowserContext> => {
    if (browser === undefined) throw new Error('there is no browser');
    const context = await browser.newContext({ baseURL: stack.apiUrl ?? '', viewport: VIEWPORT });
    await context.addInitScript(watch);
    if (isSignedIn) {
      await context.addInitScript((text) => {
        if (location.protocol !== 'about:') localStorage.setItem('sluice.session', text);
      }, session);
    }
    return context;
  };
  const report: Row[] = [];
  for (const [name, address] of Object.entries(pages)) {
    const first: Measured[] = [];
    const next: Measured[] = [];
    for (let visit = 0; visit < VISITS; visit += 1) {
      const context = await open(address.startsWith('/settings'));
      const page = await context.newPage();
      first.push(await measured(page, address));
      next.push(await measured(page, address));
      await context.close();
    }
    const of = (visits: readonly Measured[], field: keyof Measured) =>
      median(visits.map((visit) => visit[field]));
    report.push({
      page: name,
      'first paint ms': rounded(of(first, 'paintMs')),
      'usable ms': rounded(of(first, 'usableMs')),
      'slowest ms': rounded(Math.max(...first.map(({ usableMs }) => usableMs))),
      'blocked ms': rounded(of(first, 'blockedMs')),
      'KB sent': rounded(of(first, 'bytes') / 1024),
      'layout shift': rounded(Math.max(...first.map(({ shift }) => shift)), 4),
      'usable again ms': rounded(of(next, 'usableMs')),
    });
  }
  print(`Pages of the settings, ${VISITS} visits each, medians`, report);
} finally {
  await browser?.close();
  await stack.stop();
}
