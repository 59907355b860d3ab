import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { expectAccessible, origin, PHONE, useBrowser } from './support/visit.ts';

const visit = useBrowser();

test('the page comes with a policy that lets in no inline script or style, and keeps it from being framed', async () => {
  for (const path of ['/sign-in', '/settings', '/settings/x/integrations', '/settings/no/such/page']) {
    const response = await fetch(origin() + path);
    expect(response.status, path).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`connect-src 'self' ${new URL(inject('stack').supabaseUrl).origin};`);
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(response.headers.get('strict-transport-security')).toMatch(/max-age=\d{8,}/);
    const html = await response.text();
    expect(html).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/);
    expect(html).not.toMatch(/https?:\/\/(?!127\.0\.0\.1)/);
  }
});

test('files with a hash in their name are kept; one that is missing is missing, and not a page', async () => {
  const html = await (await fetch(`${origin()}/sign-in`)).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
  const found = await fetch(origin() + script);
  expect(found.headers.get('cache-control')).toContain('immutable');
  expect(found.headers.get('content-type')).toContain('javascript');
  const missing = await fetch(`${origin()}/assets/gone-12345678.js`);
  expect(missing.status).toBe(404);
  expect(missing.headers.get('cache-control') ?? '').not.toContain('immutable');
  // What the bundler notes for itself is not served.
  for (const path of ['/.vite/manifest.json', '/.vite/sources']) {
    expect((await fetch(origin() + path)).status, path).toBe(404);
  }
});

test('the browser enforces the policy: a script written into the page does not run', async (context) => {
  const { page } = await visit(context, {
    isExpectedError: (text) => /Content Security Policy|Trusted/.test(text),
  });
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.textContent = 'globalThis.intruded = true';
      document.body.append(script);
    } catch {
      // Trusted types refuse even the text.
    }
    return 'intruded' in globalThis;
  });
  expect(ran).toBe(false);
});

test('no bundle holds a secret of this stack, or names one', async () => {
  const { secretKey, s3, databaseUrls } = inject('stack');
  const dist = join(import.meta.dirname, '../dist');
  const files = (await readdir(dist, { recursive: true })).filter((name) => /\.(?:js|css|html)$/.test(name));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = await readFile(join(dist, file), 'utf8');
    for (const secret of [secretKey, s3.secretAccessKey, new URL(databaseUrls.superuser).password]) {
      if (secret !== '') expect(text.includes(secret), file).toBe(false);
    }
    expect(text, file).not.toMatch(
      /sb_secret_|SUPABASE_SECRET_KEY|VAULT_KEYRING|service_role|BEGIN PRIVATE KEY/,
    );
  }
});

test('the API reference is accessible in both themes, on a phone too, and leads back to the site', async (context) => {
  const { page } = await visit(context, { colorScheme: 'dark' });
  await page.goto('/api/reference');
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Guide', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/guide');
});
