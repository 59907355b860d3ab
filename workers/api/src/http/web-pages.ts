/**
 * The web app: files of the assets, with the headers that keep them to themselves, and this deployment's addresses written into the
 * page.
 */

interface WebParts {
  readonly assets: Fetcher;
  readonly supabase: { readonly url: string; readonly publishableKey: string };
}

/** Nothing but our own files, and requests to us and to where people sign in. No inline script or style. */
const policy = (supabaseUrl: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(supabaseUrl).origin}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
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

/** The page names the files of its version: it is asked for anew, they are kept. */
const KEPT = 'public, max-age=31536000, immutable';

const isKept = (request: Request): boolean => new URL(request.url).pathname.startsWith('/assets/');

/** Answers what is not of the API: a file of the web app, or its page. */
export const servePage = async (request: Request, { assets, supabase }: WebParts): Promise<Response> => {
  const found = await findFile(request, assets);
  const isPage = found.headers.get('content-type')?.startsWith('text/html') === true;
  const page = isPage && found.body !== null ? withAddresses(found, supabase) : found;
  const answer = new Response(page.body, page);
  for (const [name, value] of Object.entries(HEADERS)) answer.headers.set(name, value);
  answer.headers.set('cache-control', found.ok && isKept(request) ? KEPT : 'no-cache');
  if (isPage) {
    answer.headers.set('content-security-policy', policy(supabase.url));
    // It would be that of the file, whatever was written in.
    answer.headers.delete('etag');
  }
  return answer;
};

/**
 * The file of an address, else the app's page, which knows the addresses of its own. A missing script is missing: a page in its place
 * would be kept for as long as a script is.
 */
const findFile = async (request: Request, assets: Fetcher): Promise<Response> => {
  const file = await assets.fetch(request);
  if (file.status !== 404 || isKept(request)) return file;
  return assets.fetch(
    new Request(new URL('/', request.url), { method: request.method, headers: request.headers }),
  );
};

const withAddresses = (page: Response, { url, publishableKey }: WebParts['supabase']): Response => {
  const content = (value: string) => ({
    element: (element: Element) => void element.setAttribute('content', value),
  });
  return new HTMLRewriter()
    .on('meta[name="sluice-supabase-url"]', content(url))
    .on('meta[name="sluice-publishable-key"]', content(publishableKey))
    .transform(page);
};
