import { html } from 'hono/html';

/** Text with its `code` marked, as the catalogue writes it. */
export const inlineCode = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
