import { remediatePdf } from '@sluice/remediation';

/** Processes the PDF that is sent, and answers with the digest of what came of it: the Worker without its bucket. */
export default {
  async fetch(request: Request): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length === 0) return new Response('');
    const { pdf, html } = await remediatePdf(bytes, { language: null, fallbackTitle: 'bench.pdf' });
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', pdf.slice()));
    return new Response(`${html.length} ${Array.from(digest).join('.')}`);
  },
};
