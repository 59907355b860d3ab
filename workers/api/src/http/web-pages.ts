/**
 * What is not of the API: the web app (apps/web) and the public pages (apps/home), files of the assets. They get the headers that keep
 * them to themselves, and the app's page this deployment's addresses.
 */

interface WebParts {
  readonly assets: Fetcher;
  readonly supabase: { readonly url: string; readonly publishableKey: string };
}

/** Nothing but our own files. No inline script or style. */
const OWN_FILES = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Public pages have no script and ask for nothing. */
const PUBLIC_POLICY = [...OWN_FILES, "form-action 'none'"].join('; ');

/** Of the app: scripts too, and requests to us and to where people sign in. */
const appPolicy = (supabaseUrl: string): string =>
  [
    ...OWN_FILES,
    "script-src 'self'",
    `connect-src 'self' ${new URL(supabaseUrl).origin}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A page names the files of its version: it is asked for anew, they are kept. */
const KEPT = 'public, max-age=31536000, immutable';

const APP_PAGE = '/app';
const NOT_FOUND_PAGE = '/404';

/** First segments of the app's addresses, which it tells apart by itself. */
const APP_SEGMENTS = new Set(['sign-in', 'settings', 'admin', 'invitation', APP_PAGE.slice(1)]);

const isOfApp = (pathname: string): boolean => APP_SEGMENTS.has(pathname.split('/')[1] ?? '');

/** Answers what is not of the API: a file, the app's page, or the page that says there is none. */
export const servePage = async (request: Request, { assets, supabase }: WebParts): Promise<Response> => {
  const { pathname } = new URL(request.url);
  if (isOfApp(pathname)) {
    const page = withAddresses(await fetchAt(APP_PAGE, request, assets), supabase);
    const answer = withHeaders(page, { 'content-security-policy': appPolicy(supabase.url) });
    // It would be that of the file, whatever was written in.
    answer.headers.delete('etag');
    return answer;
  }
  const file = await assets.fetch(request);
  const isKept = pathname.startsWith('/assets/');
  // A missing script is missing: a page in its place would be kept for as long as a script is.
  if (isKept) return withHeaders(file, file.status < 400 ? { 'cache-control': KEPT } : {});
  if (file.status !== 404) return withHeaders(file, { 'content-security-policy': PUBLIC_POLICY });
  const page = await fetchAt(NOT_FOUND_PAGE, request, assets);
  const missing = new Response(page.body, { status: 404, headers: page.headers });
  missing.headers.delete('etag');
  return withHeaders(missing, { 'content-security-policy': PUBLIC_POLICY });
};

/** A file at another address than was asked for, whole: conditions of the request are not about it. */
const fetchAt = (path: string, { url, method }: Request, assets: Fetcher): Promise<Response> =>
  assets.fetch(new Request(new URL(path, url), { method }));

const withHeaders = (found: Response, more: Readonly<Record<string, string>>): Response => {
  const answer = new Response(found.body, found);
  answer.headers.set('cache-control', 'no-cache');
  for (const [name, value] of Object.entries({ ...HEADERS, ...more })) answer.headers.set(name, value);
  return answer;
};

const withAddresses = (page: Response, { url, publishableKey }: WebParts['supabase']): Response => {
  if (page.body === null) return page;
  const content = (value: string) => ({
    element: (element: Element) => void element.setAttribute('content', value),
  });
  return new HTMLRewriter()
    .on('meta[name="sluice-supabase-url"]', content(url))
    .on('meta[name="sluice-publishable-key"]', content(publishableKey))
    .transform(page);
};
