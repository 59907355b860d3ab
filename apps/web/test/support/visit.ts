import type { TestUser } from '@sluice/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, type TestContext } from 'vitest';
import { startChromium } from './chromium.ts';

/** What an address of the settings begins with. */
export const origin = (): string => {
  const { apiUrl } = inject('stack');
  if (apiUrl === null) throw new Error('the stack was started without Workers');
  return apiUrl;
};

export const DESKTOP = { width: 1280, height: 800 } as const;
export const PHONE = { width: 360, height: 740 } as const;
export type ColorScheme = 'light' | 'dark';

export interface VisitOptions {
  /** Who is signed in. Nobody unless given. */
  readonly user?: TestUser;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: ColorScheme;
  /** Errors in the console that the test brings about itself. */
  readonly isExpectedError?: (text: string) => boolean;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
}

/**
 * One Chromium for the file, and pages in it that watch themselves: a test fails when its page threw, wrote an error to the console,
 * or met the content security policy.
 */
export const useBrowser = () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  return async (
    { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
    { user, viewport = DESKTOP, colorScheme = 'light', isExpectedError = () => false }: VisitOptions = {},
  ): Promise<Visit> => {
    const context = await browser.newContext({
      baseURL: origin(),
      viewport,
      colorScheme,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(20_000);
    const problems: string[] = [];
    context.on('weberror', (error) => void problems.push(String(error.error())));
    context.on('console', (message) => {
      // What the API refuses is written there too; a page that shows it has dealt with it.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer && !isExpectedError(message.text())) {
        problems.push(message.text());
      }
    });
    onTestFinished(async () => {
      await context.close();
      expect(problems).toEqual([]);
    });
    await context.addInitScript({ content: axe.source });
    if (user !== undefined) await context.addInitScript(storeSession, await sessionOf(user));
    return { context, page: await context.newPage() };
  };
};

const sessionOf = async (user: TestUser): Promise<string> => {
  const { data } = await user.client.auth.getSession();
  if (data.session === null) throw new Error(`${user.email} is not signed in`);
  const { access_token, refresh_token, expires_at = 0 } = data.session;
  return JSON.stringify({
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAtMs: expires_at * 1000,
    user: {
      id: user.id,
      email: user.email,
      isSupport: data.session.user.app_metadata['platform_role'] === 'support',
    },
  });
};

/** In the page, once a context: who signed out stays signed out. */
const storeSession = (session: string): void => {
  // A page that is not there yet has no storage, nor has one that belongs to nobody.
  if (location.protocol === 'about:' || globalThis.origin === 'null') return;
  if (localStorage.getItem('sluice.session.given') !== null) return;
  localStorage.setItem('sluice.session.given', 'yes');
  localStorage.setItem('sluice.session', session);
};

/** No violation of WCAG 2.2 AA or of good practice on the page as it stands, and nothing wider than the window. */
export const expectAccessible = async (page: Page): Promise<void> => {
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe };
    const found = await checker.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
    );
  });
  expect(violations).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, 'pixels wider than the window').toBeLessThanOrEqual(0);
};

/** {@link expectAccessible} in both themes and at both widths; leaves the page as it was opened. */
export const expectAccessibleEverywhere = async (page: Page): Promise<void> => {
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expectAccessible(page);
    }
  }
};
