import { ERROR_CATALOGUE } from '@sluice/shared';
import { expect, test } from 'vitest';
import { DESKTOP, expectAccessible, origin, PHONE, useBrowser } from '../../web/test/support/visit.ts';

const visit = useBrowser();

/** Addresses of the Worker's own that public pages lead to. */
const isElsewhere = (path: string): boolean => path === '/sign-in' || path.startsWith('/api/');

const linksOf = (html: string): string[] =>
  [...html.matchAll(/\s(?:href|src)="(\/[^"#]*)/g)].map(([, link = '']) => link);

/** Everything the start page leads to, by links alone: pages, files and what the Worker answers. */
const crawl = async (): Promise<{ pages: string[]; faults: string[] }> => {
  const seen = new Set<string>();
  const pages: string[] = [];
  const faults: string[] = [];
  const queue = ['/'];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await fetch(origin() + path, { redirect: 'manual' });
    const body = await answer.text();
    if (answer.status !== 200) faults.push(`${path}: ${answer.status}`);
    const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
    if (!isPage || isElsewhere(path)) continue;
    pages.push(path);
    queue.push(...linksOf(body));
  }
  return { pages, faults };
};

test('every link of every page leads somewhere, without a detour', async () => {
  const { pages, faults } = await crawl();
  expect(faults).toEqual([]);
  expect(pages.length).toBeGreaterThan(Object.keys(ERROR_CATALOGUE).length);
});

test('the type of each problem resolves to its page, from wherever it was answered', async () => {
  const answer = await fetch(`${origin()}/api/integrations/s3`);
  const { type, code } = (await answer.json()) as { type: string; code: string };
  const page = await fetch(new URL(type, answer.url), { redirect: 'manual' });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain(`<code>${code}</code>`);
  for (const known of Object.keys(ERROR_CATALOGUE)) {
    const { status } = await fetch(`${origin()}/problems/${known}`, { method: 'HEAD', redirect: 'manual' });
    expect(status, known).toBe(200);
  }
});

test('an address without a page is missing, and says so with a way on', async () => {
  for (const path of ['/no/such/page', '/problems/no_such_code', '/index.php']) {
    const answer = await fetch(origin() + path);
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain('There is no such page');
  }
  // Not quite an address of ours, and easily typed.
  expect((await fetch(`${origin()}/guide/`)).url).toBe(`${origin()}/guide`);
});

test('a page may run no script, ask for nothing and be framed by nobody; it is not sent twice', async () => {
  const answer = await fetch(`${origin()}/guide/api`);
  expect(answer.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  );
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('set-cookie')).toBeNull();
  const etag = answer.headers.get('etag') ?? '';
  const again = await fetch(`${origin()}/guide/api`, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  const style = linksOf(await answer.text()).find((link) => link.endsWith('.css')) ?? '';
  expect((await fetch(origin() + style)).headers.get('cache-control')).toContain('immutable');
});

test('every page is accessible in both themes, fits a telephone and asks nobody else for anything', async (context) => {
  const { page } = await visit(context);
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin()) foreign.push(request.url());
  });
  const light = { viewport: DESKTOP, colorScheme: 'light' } as const;
  const dark = { viewport: PHONE, colorScheme: 'dark' } as const;
  const paths = [...(await crawl()).pages, '/no/such/page'];
  for (const [index, path] of paths.entries()) {
    await page.goto(path);
    // The pages of the problems are one form filled in from a catalogue: they take turns.
    const turn = index % 2 === 0 ? light : dark;
    for (const { viewport, colorScheme } of path.startsWith('/problems/') ? [turn] : [light, dark]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
  }
  expect(foreign).toEqual([]);
}, 600_000);

test('the first Tab leads past the navigation', async (context) => {
  const { page } = await visit(context);
  await page.goto('/guide/events');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
});

test('on a telephone the chapters unfold, by keyboard too', async (context) => {
  const { page } = await visit(context, { viewport: PHONE });
  await page.goto('/guide/providers/aws');
  const way = page.getByRole('link', { name: 'Cloudflare R2', exact: true }).first();
  expect(await way.isVisible()).toBe(false);
  await page.getByText('Pages of the guide').focus();
  await page.keyboard.press('Enter');
  await page
    .getByRole('link', { name: 'Cloudflare R2', exact: true })
    .locator('visible=true')
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: 'Cloudflare R2' }).waitFor();
});

test('paper gets the text alone', async (context) => {
  const { page } = await visit(context);
  await page.goto('/problems/access_denied');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const navigation of await page.getByRole('navigation').all()) {
    expect(await navigation.isVisible()).toBe(false);
  }
  expect(await page.getByText('What to do').isVisible()).toBe(true);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('light');
});
