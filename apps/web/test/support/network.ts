import type { Page } from 'playwright-core';

/** The next request of a method is done, and its answer is lost on the way. */
export const loseAnswer = async (page: Page, method: string): Promise<void> => {
  let isLost = false;
  await page.route('**/api/**', async (route) => {
    if (isLost || route.request().method() !== method) return route.fallback();
    isLost = true;
    await route.fetch();
    await route.abort('connectionreset');
  });
};
