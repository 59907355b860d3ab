import { isErrorCode } from '@sluice/shared';
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';

export interface Heading {
  readonly id: string;
  readonly text: string;
}

export interface Rendered {
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  readonly mentions: ReadonlyMap<string, Heading>;
}

/**
 * Markdown as HTML without its first heading, which becomes the title. Headings get the ids a code host gives them, so that
 * links hold in both places; codes of the error catalogue become links to their pages. Nothing in a document breaks a build: what it
 * lacks is left out, for the tests to find.
 *
 * @param addressOf what a link's target becomes; null when it has no page, and then its text stands alone.
 */
export const renderMarkdown = (source: string, addressOf: (target: string) => string | null): Rendered => {
  const markdown = new MarkdownIt({ linkify: false, typographer: false, html: false });
  const tokens = markdown.parse(source, {});
  const [first, title] = tokens;
  const hasTitle = first?.tag === 'h1' && title !== undefined;
  const slugger = new GithubSlugger();
  if (hasTitle) slugger.slug(plainText(title));

  const headings: Heading[] = [];
  const mentions = new Map<string, Heading>();
  let nearest: Heading | undefined;
  for (const [index, token] of tokens.entries()) {
    const inline = tokens[index + 1];
    if (token.type === 'heading_open' && token !== first && inline !== undefined) {
      const text = plainText(inline);
      nearest = { id: slugger.slug(text), text };
      token.attrSet('id', nearest.id);
      if (token.tag === 'h2') headings.push(nearest);
    }
    let isLeadingNowhere = false;
    for (const child of token.children ?? []) {
      if (child.type === 'link_open') {
        const address = addressOf(child.attrGet('href') ?? '');
        isLeadingNowhere = address === null;
        if (address !== null) child.attrSet('href', address);
      }
      if (child.type.startsWith('link_') && isLeadingNowhere) child.hidden = true;
      if (isMention(child) && nearest !== undefined && !mentions.has(child.content)) {
        mentions.set(child.content, nearest);
      }
    }
  }

  const { rules } = markdown.renderer;
  const { escapeHtml } = markdown.utils;
  rules['code_inline'] = (all, index) => {
    const token = all[index];
    const code = `<code>${escapeHtml(token?.content ?? '')}</code>`;
    return token !== undefined && isMention(token) && !isInLink(all, index)
      ? `<a href="/problems/${token.content}">${code}</a>`
      : code;
  };
  rules['link_open'] = (all, index, options, _, self) =>
    all[index]?.hidden === true ? '' : self.renderToken(all, index, options);
  rules['link_close'] = (all, index) => (all[index]?.hidden === true ? '' : '</a>');
  // What may scroll must be reachable by keyboard.
  rules['table_open'] = () => '<div class="scroll" tabindex="0"><table>\n';
  rules['table_close'] = () => '</table></div>\n';
  rules['th_open'] = () => '<th scope="col">';
  rules['fence'] = (all, index) => preformatted(escapeHtml(all[index]?.content ?? ''));
  rules['code_block'] = rules['fence'];

  return {
    title: hasTitle ? plainText(title) : '',
    html: markdown.renderer.render(hasTitle ? tokens.slice(3) : tokens, markdown.options, {}),
    headings,
    mentions,
  };
};

const preformatted = (escaped: string): string => `<pre tabindex="0"><code>${escaped}</code></pre>\n`;

const plainText = (inline: Token): string =>
  (inline.children ?? []).map(({ type, content }) => (type === 'softbreak' ? ' ' : content)).join('');

const isMention = ({ type, content }: Token): boolean => type === 'code_inline' && isErrorCode(content);

const isInLink = (tokens: readonly Token[], index: number): boolean =>
  tokens
    .slice(0, index)
    .reduce((depth, { nesting, type }) => (type.startsWith('link') ? depth + nesting : depth), 0) > 0;
