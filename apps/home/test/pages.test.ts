import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ERROR_CATALOGUE, type ErrorCode, SluiceError } from '@sluice/shared';
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemOf } from '../../../workers/api/src/http/problem.ts';
import { FONTS, STYLE } from '../src/site/assets.ts';
import { addressOf, CHAPTERS, PROVIDERS, readGuide } from '../src/site/guide.ts';
import { renderMarkdown } from '../src/site/markdown.ts';
import { type BuiltSite, buildSite } from './support/built-site.ts';

const ORIGIN = 'https://sluice.example';
/** What a first visit to one page may take, fonts and style included, as it is sent. */
const MAX_PAGE_BYTES = 80 * 1024;
/** Of these, what the next page takes. */
const MAX_HTML_BYTES = 16 * 1024;

let site: BuiltSite;
beforeAll(async () => {
  site = await buildSite({ SITE_ORIGIN: ORIGIN });
}, 60_000);
afterAll(() => site.remove());

const htmlOf = (path: string): string => {
  const page = site.pages.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`there is no page at ${path}`);
  return page.html;
};

const all = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map(([, found = '']) => found);
const idsOf = (html: string): Set<string> => new Set(all(html, /\sid="([^"]+)"/g));
const textOf = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

describe('the error catalogue', () => {
  test.each(Object.keys(ERROR_CATALOGUE) as ErrorCode[])('has a page where the API says: %s', (code) => {
    const { type, title, status } = problemOf(new SluiceError(code), 'request');
    const html = htmlOf(type);
    expect(html).toContain(`<h1>${title.replaceAll("'", '&#39;')}</h1>`);
    expect(textOf(html)).toContain(code);
    expect(textOf(html)).toContain(`HTTP status ${status}`);
  });

  test('holds no page that no code leads to', () => {
    const pages = site.pages.map(({ path }) => path).filter((path) => path.startsWith('/problems/'));
    const codes = Object.keys(ERROR_CATALOGUE).map((code) => `/problems/${code}`);
    expect(pages.toSorted()).toEqual(codes.toSorted());
  });

  test('lists each code once, under whose move it is', () => {
    const sections = htmlOf('/problems').split('<h2 id="').slice(1);
    const listed = sections.flatMap((section) => {
      const owner = section.slice(0, section.indexOf('"')).replace('-', '_');
      return all(section, /<li><a href="\/problems\/([a-z_0-9]+)"/g).map((code) => `${owner} ${code}`);
    });
    const expected = Object.entries(ERROR_CATALOGUE).map(([code, { owner }]) => `${owner} ${code}`);
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });

  test('leads to where the guide speaks of a code, and back', () => {
    expect(htmlOf('/problems/oversize')).toContain('href="/guide/s3-integrations#what-is-processed"');
    expect(htmlOf('/guide/s3-integrations')).toContain(
      '<a href="/problems/oversize"><code>oversize</code></a>',
    );
  });
});

describe('the guide', () => {
  test('has a place for each document of docs/user: see src/site/guide.ts', () => {
    const places = [...CHAPTERS, ...PROVIDERS].map(({ name }) => name);
    expect(readGuide().map(({ name }) => name)).toEqual(places);
  });

  test.each([
    ['events.md', 'providers/aws', null],
    ['../events.md#x', 'providers/aws', '/guide/events#x'],
    ['providers/aws.md', 'events', '/guide/providers/aws'],
    ['../../README.md', 'events', null],
    ['#here', 'events', '#here'],
    ['https://example.com/a.md', 'events', 'https://example.com/a.md'],
  ])('leads from %s in %s to %s', (target, from, address) => {
    expect(addressOf(target, from, new Set(['events', 'providers/aws']))).toBe(address);
  });

  test('shows text and never markup of a document, and a link without a page as its text', () => {
    const { title, html, headings } = renderMarkdown(
      '# A `b`\n\n## C & *d*\n\n<img src=x onerror=x> [e](f.md) [g](https://h.example)\n\n## C & d\n',
      (target) => (target === 'f.md' ? null : target),
    );
    expect(title).toBe('A b');
    expect(headings.map(({ id }) => id)).toEqual(['c--d', 'c--d-1']);
    expect(html).toContain('&lt;img src=x onerror=x&gt; e <a href="https://h.example">g</a>');
  });
});

describe('links', () => {
  /** Served by the Worker itself; the stack's tests follow them. */
  const isElsewhere = (path: string): boolean => path === '/api/reference' || path === '/sign-in';

  test('lead to pages and headings that exist', () => {
    const broken = site.pages.flatMap(({ path, html }) =>
      all(html, /\s(?:href|src)="([^"]*)"/g).flatMap((link) => {
        const url = new URL(link, `${ORIGIN}${path}`);
        if (url.origin !== ORIGIN || isElsewhere(url.pathname)) return [];
        const isThere =
          site.paths.has(url.pathname) &&
          (url.hash === '' || idsOf(htmlOf(url.pathname)).has(url.hash.slice(1)));
        return isThere ? [] : [`${path}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test('reach every page from the start page', () => {
    const seen = new Set<string>();
    const queue = ['/'];
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const links = all(htmlOf(path), /<a [^>]*href="(\/[^"#]*)/g);
      queue.push(...links.filter((link) => !isElsewhere(link)));
    }
    const pages = site.pages.map(({ path }) => path).filter((path) => path !== '/404');
    expect([...seen].toSorted()).toEqual(pages.toSorted());
  });

  test('out of the site are https and few', () => {
    const hosts = site.pages.flatMap(({ html }) => all(html, /<a [^>]*href="(https?:\/\/[^/"]+)/g));
    expect([...new Set(hosts)]).toEqual(['https://www.standardwebhooks.com']);
  });
});

describe('every page', () => {
  test('is valid, with its headings in order', async () => {
    const validator = new HtmlValidate(
      new FileSystemConfigLoader({
        root: true,
        extends: ['html-validate:recommended', 'html-validate:a11y'],
        rules: {
          'heading-level': ['error', { minInitialRank: 'h1' }],
          // What scrolls can be reached by keyboard, and has a name.
          'prefer-native-element': 'off',
          'no-trailing-whitespace': 'off',
          'long-title': 'off',
        },
      }),
    );
    const faults: string[] = [];
    for (const { path, html } of site.pages) {
      const { results } = await validator.validateString(html);
      faults.push(
        ...results.flatMap(({ messages }) =>
          messages.map(({ ruleId, message, line }) => `${path}:${line} ${ruleId}: ${message}`),
        ),
      );
    }
    expect(faults).toEqual([]);
  });

  test('has a title, a description and one main heading of its own', () => {
    for (const pattern of [/<title>(.*?)<\/title>/gs, /<meta name="description" content="(.*?)">/gs]) {
      const found = site.pages.map(({ html }) => all(html, pattern).join());
      expect(found).not.toContain('');
      expect(found.filter((text, index) => found.indexOf(text) !== index)).toEqual([]);
    }
    for (const { path, html } of site.pages) expect(all(html, /<(h1)[ >]/g), path).toHaveLength(1);
  });

  test('needs no script, and no style or picture from within itself', () => {
    const inner = site.pages.flatMap(({ path, html }) =>
      all(html, /(<script|<style|\sstyle=|\son[a-z]+=|javascript:|data:[a-z]+\/)/g).map(
        (what) => `${path} ${what}`,
      ),
    );
    expect(inner).toEqual([]);
  });

  test('is light', () => {
    const sent = (file: string): number =>
      gzipSync(readFileSync(join(site.dir, file)), { level: 9 }).byteLength;
    const fonts = [FONTS.sans, FONTS.mono].map(({ url }) => statSync(join(site.dir, url)).size);
    const shared = fonts.reduce((sum, size) => sum + size, 0) + sent(STYLE.url);
    for (const { path, html } of site.pages) {
      const bytes = gzipSync(html, { level: 9 }).byteLength;
      expect(bytes, path).toBeLessThanOrEqual(MAX_HTML_BYTES);
      expect(bytes + shared, path).toBeLessThanOrEqual(MAX_PAGE_BYTES);
    }
  });
});

describe('an installation', () => {
  test('that is public lists its pages and says where each belongs', () => {
    const sitemap = readFileSync(join(site.dir, 'sitemap.xml'), 'utf8');
    const listed = all(sitemap, /<loc>(.*?)<\/loc>/g);
    const pages = site.pages.map(({ path }) => path).filter((path) => path !== '/404');
    expect(listed.toSorted()).toEqual(pages.map((path) => `${ORIGIN}${path}`).toSorted());
    for (const path of pages) {
      expect(htmlOf(path)).toContain(`<link rel="canonical" href="${ORIGIN}${path}">`);
    }
    expect(htmlOf('/404')).toContain('<meta name="robots" content="noindex">');
    expect(readFileSync(join(site.dir, 'robots.txt'), 'utf8')).toContain(`Sitemap: ${ORIGIN}/sitemap.xml`);
  });

  test('that is not public asks not to be found', async () => {
    const own = await buildSite({});
    try {
      expect(own.paths).not.toContain('/sitemap.xml');
      expect(readFileSync(join(own.dir, 'robots.txt'), 'utf8')).toBe('User-agent: *\nDisallow: /\n');
      for (const { path, html } of own.pages) {
        expect(html, path).toContain('<meta name="robots" content="noindex">');
      }
    } finally {
      await own.remove();
    }
  }, 60_000);

  test.each(['http://sluice.example', 'https://sluice.example/home', 'sluice.example'])(
    'cannot be at %s',
    async (origin) => {
      await expect(buildSite({ SITE_ORIGIN: origin })).rejects.toThrow('SITE_ORIGIN must be an https origin');
    },
    60_000,
  );
});
