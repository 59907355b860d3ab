import { apiUrl, loadDocument, operationsOf } from '@sluice/testkit/api-client';
import { expect, test } from 'vitest';

test('the reference page shows every operation, and takes nothing from elsewhere', async () => {
  const response = await fetch(`${apiUrl()}/api/reference`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  const page = await response.text();
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  expect(policy).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
  expect(page).not.toMatch(/<script|<link|<img|\bstyle=|https?:\/\/[^\s"<&]*\.(?:js|css)/);
  const { document } = await loadDocument();
  for (const { path, spec } of operationsOf(document)) {
    expect(page).toContain(`id="${spec.operationId}"`);
    expect(page).toContain(`<code>${path}</code>`);
    const [, section = ''] = page.split(`<section id="${spec.operationId}">`);
    const shown = section.split('</section>')[0] ?? '';
    for (const { name } of spec.parameters ?? []) expect(shown).toContain(`<code>${name}</code>`);
    // A delivery of events is whatever its sender makes of it.
    if (path.startsWith('/api/events/')) continue;
    for (const { value } of Object.values(spec.requestBody?.content['application/json']?.examples ?? {}))
      for (const field of Object.keys(value as object))
        expect(shown).toContain(`<td><code>${field}</code></td>`);
  }
});
