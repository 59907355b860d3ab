import type { Problem } from './problem.ts';

/**
 * The way from the settings to a result: `POST /results/<integration>/<object>/<kind>` with the access token in the form (RFC 6750, 2.2),
 * because a browser that goes to another page, or saves a file, sends no header. No address can be kept or passed on that opens a document.
 */

const PATH = /^\/results\/([0-9a-f-]{36})\/([0-9a-f-]{36})\/(pdf|html)$/;
const MAX_FORM_BYTES = 16 * 1024;

/** Whether it is one of these. */
export const isOfResults = ({ method, url }: Request): boolean =>
  method === 'POST' && PATH.test(new URL(url).pathname);

/** Only from a page of ours: another site must not open a document of its choosing under our address. */
const isOurs = ({ headers, url }: Request): boolean => {
  const site = headers.get('sec-fetch-site');
  return site === null ? headers.get('origin') === new URL(url).origin : site === 'same-origin';
};

/** Empty where there is none: what is no token goes into no header. */
const tokenOf = async (request: Request): Promise<string> => {
  if (!isOurs(request)) return '';
  const length = Number(request.headers.get('content-length') ?? Number.NaN);
  if (!(length <= MAX_FORM_BYTES)) return '';
  const form = new URLSearchParams(await request.text());
  return /^[\w.-]+$/.exec(form.get('access_token') ?? '')?.[0] ?? '';
};

/** What the API answers, as a browser takes it: the HTML page is shown, the PDF saved, and what went wrong is on its page. */
export const serveResult = async (
  request: Request,
  ask: (request: Request) => Response | Promise<Response>,
): Promise<Response> => {
  const { origin, pathname } = new URL(request.url);
  const [, integrationId = '', objectId = '', kind = ''] = PATH.exec(pathname) ?? [];
  const headers = new Headers({ authorization: `Bearer ${await tokenOf(request)}` });
  const address = request.headers.get('cf-connecting-ip');
  if (address !== null) headers.set('cf-connecting-ip', address);
  const path = `/api/integrations/s3/${integrationId}/objects/${objectId}/outputs/${kind}`;
  const answer = await ask(new Request(new URL(path, origin), { headers }));
  if (!answer.ok) {
    const { type }: Pick<Problem, 'type'> = await answer.json();
    return new Response(null, { status: 303, headers: { location: type, 'cache-control': 'no-store' } });
  }
  const shown = new Response(answer.body, answer);
  if (kind === 'html') shown.headers.set('content-disposition', 'inline');
  return shown;
};
