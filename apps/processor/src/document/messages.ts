import type { DocumentFrame, DocumentJob, ProcessProgress } from '@sluice/shared';

/** What the process of one document is told. */
export interface DocumentOrder {
  readonly dir: string;
  readonly job: DocumentJob;
  /** Pictures of pages that are read in it, at most. */
  readonly maxRecognisedPages: number;
  /** How long that may take altogether; what is left then stays a picture. */
  readonly maxRecognisingMs: number;
}

/** Names of the files in a document's directory. */
export const SOURCE_FILE = 'source.pdf';
export const OUTPUT_FILES = { pdf: 'document.pdf', html: 'document.html' } as const;

/** How a document ended. Outputs lie in its directory. */
export type DocumentEnd = Exclude<DocumentFrame, { frame: 'progress' }>;

export type ChildMessage =
  | ({ readonly type: 'progress' } & ProcessProgress)
  | { readonly type: 'end'; readonly end: DocumentEnd };
