import type { Conformance } from './checker/rules.ts';

/** What a person should look at, or should know. Stable: they are shown, counted and filtered by. */
export type Notice =
  /** Pages that are pictures without text: they need OCR. */
  | 'scanned_pages'
  /** Text of pages that are pictures was recognised (OCR). It lies behind them unseen, unless the document has tags of its own. */
  | 'text_recognised'
  /** The engine was not sure of the text of some of them. */
  | 'recognised_text_uncertain'
  /** No text at all in the document. */
  | 'no_text'
  | 'language_guessed'
  | 'title_from_heading'
  | 'title_from_file_name'
  /** Pictures have no alternative text. */
  | 'images_need_description'
  /** What pictures show was said by a model: a person has to confirm it. */
  | 'descriptions_suggested'
  /** What stands for a picture is where its link leads. */
  | 'pictures_named_by_links'
  /** Form fields without a label, in the file or beside them: what they are called is their technical name. */
  | 'form_fields_need_labels'
  /** Form fields got the text beside them for a label. */
  | 'form_labels_from_text'
  /** Rows of a table were written as lines of text. */
  | 'tables_flattened'
  /** Some glyphs have no Unicode value, so that part of the text is missing. */
  | 'unmapped_glyphs'
  /** A content stream could not be decoded: its page is untouched in the PDF and incomplete in the HTML. */
  | 'unreadable_content'
  /** The PDF brought tags of its own; they were kept as they are. */
  | 'already_tagged'
  /** The PDF could not be tagged without loss: it got its language and title only. */
  | 'not_tagged'
  /** Fonts that the file uses are not in it, so it cannot follow PDF/UA. */
  | 'fonts_not_embedded'
  /** Opens without a password but limits editing; the protection and its permissions were kept. */
  | 'owner_protected'
  /** The cross-reference data was broken and has been rebuilt. */
  | 'structure_rebuilt';

export interface RemediationReport {
  /** Name and version of the processor. */
  readonly processor: string;
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly pages: number;
  /** Characters of text, white space not counted. */
  readonly characters: number;
  readonly notices: readonly Notice[];
  readonly headings: number;
  readonly links: number;
  /** Pages that are pictures without text, in the PDF that was made. */
  readonly scannedPages: number;
  /** Pages whose text was recognised, and of these those where the engine was not sure. */
  readonly recognisedPages: number;
  readonly uncertainPages: number;
  /** What the checks of PDF/UA-1 that a machine can make say of the source and of the output. */
  readonly conformance: { readonly before: Conformance; readonly after: Conformance };
}
