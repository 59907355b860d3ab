/** A piece of running text, with its link if it has one. */
export interface Inline {
  readonly text: string;
  /** Checked: http, https, mailto, or `#page-N`. */
  readonly href?: string;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      /** Number of the first item of an ordered list. */
      readonly start: number;
      readonly items: readonly (readonly Inline[])[];
    };

export interface PageStructure {
  readonly blocks: readonly Block[];
  /** A picture of a page: no text, and an image over most of it. */
  readonly scanned: boolean;
}

/** Text of inlines, without links. */
export function plainText(content: readonly Inline[]): string {
  return content.map((inline) => inline.text).join('');
}
