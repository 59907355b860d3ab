import * as z from 'zod';
import { ProcessReport } from './contract.ts';

/** What there is to know of a document, in words. Codes that are not here are shown as they are. */
const NOTICES: Readonly<
  Record<
    string,
    {
      readonly title: string;
      /** The title where it is known of how many pages it speaks. */
      readonly pages?: (count: number) => string;
      readonly remedy: string | null;
    }
  >
> = {
  scanned_pages: {
    title: 'Pages are pictures without text',
    pages: (count) =>
      count === 1 ? '1 page is a picture without text' : `${count} pages are pictures without text`,
    remedy: 'Run text recognition (OCR) over the document and upload it again.',
  },
  text_recognised: {
    title: 'Text was recognised in pictures of pages',
    pages: (count) =>
      count === 1 ? 'The text of 1 page was recognised' : `The text of ${count} pages was recognised`,
    remedy:
      'Compare the text with the pictures. Headings, lists and tables were not guessed: add them where they matter.',
  },
  recognised_text_uncertain: {
    title: 'Recognised text may be wrong',
    pages: (count) =>
      count === 1
        ? 'The recognised text of 1 page may be wrong'
        : `The recognised text of ${count} pages may be wrong`,
    remedy: 'Scan these pages again, sharper or with more contrast, or correct their text.',
  },
  no_text: {
    title: 'The document has no text',
    remedy: 'Run text recognition (OCR) over the document, or check that it is the right file.',
  },
  language_guessed: {
    title: 'The language was guessed from the text',
    remedy: 'Check the language above; set it in the document where it is wrong.',
  },
  title_from_heading: { title: 'The title was taken from the first heading', remedy: null },
  title_from_file_name: {
    title: 'The title was taken from the file name',
    remedy: 'Give the document a title in the program that it is written in.',
  },
  images_need_description: {
    title: 'Pictures have no description',
    remedy: 'A person has to say what the pictures show: add alternative texts to the document.',
  },
  descriptions_suggested: {
    title: 'A program said what pictures show',
    remedy: 'Compare the descriptions with the pictures, and correct them in the document.',
  },
  pictures_named_by_links: {
    title: 'Pictures that are links are called by where they lead',
    remedy: 'Where an address says too little, add an alternative text to the picture in the document.',
  },
  form_fields_need_labels: {
    title: 'Form fields have no label',
    remedy:
      'No text stands beside some fields. A person has to say what belongs in them: add a tooltip to each.',
  },
  form_labels_from_text: {
    title: 'Form fields got the text beside them for a label',
    remedy: 'Check that each field has the right label.',
  },
  tables_flattened: {
    title: 'Some rows of tables are lines of text',
    remedy: 'Check the tables; lines between their cells make them certain.',
  },
  unmapped_glyphs: {
    title: 'Some characters cannot be read',
    remedy: 'Make the PDF again with fonts that say what their characters mean.',
  },
  unreadable_content: {
    title: 'A page could not be read and was left as it is',
    remedy: 'Make the PDF again: its content is damaged.',
  },
  already_tagged: { title: 'The document has tags of its own; they were kept', remedy: null },
  not_tagged: {
    title: 'The document could not be tagged without loss; it got its title and language only',
    remedy: 'Make the PDF again, with tags if the program can write them.',
  },
  fonts_not_embedded: {
    title: 'Fonts are not in the file',
    remedy:
      'A person has to make the PDF again with its fonts embedded. Putting in similar ones would change how the pages look.',
  },
  owner_protected: {
    title: 'The document is protected against editing; the protection was kept',
    remedy: null,
  },
  structure_rebuilt: { title: 'The file was damaged and has been put in order', remedy: null },
};

const Checked = z.strictObject({
  score: z.int().min(0).max(100).describe('100 when no check fails.'),
  failures: z.array(
    z.strictObject({
      rule: z.string().describe('Clause of ISO 14289-1 and number of the test.'),
      title: z.string().describe('What holds where the rule is kept.'),
      count: z.int().describe('Places where it is broken.'),
    }),
  ),
});

/** What processing a document found, for the people whose document it is. */
export const ObjectReport = z.strictObject({
  processor: z.string(),
  title: z.string(),
  language: z.string().describe('BCP 47.'),
  notices: z
    .array(
      z.strictObject({
        code: z.string(),
        title: z.string(),
        pages: z
          .int()
          .nullable()
          .describe('Of how many pages it speaks; null when it speaks of the document.'),
        remedy: z.string().nullable().describe('What a person should do; null where nothing is to be done.'),
      }),
    )
    .describe('What a person should know of the document, or look at.'),
  conformance: z
    .strictObject({ before: Checked, after: Checked })
    .nullable()
    .describe(
      'The checks of PDF/UA-1 that a machine can make, of the source and of the PDF that was made. Null when the processor made none.',
    ),
});
export type ObjectReport = z.infer<typeof ObjectReport>;

/**
 * A stored report in words.
 *
 * @param stored the column `report`, a {@link ProcessReport}
 * @returns null for an object that was not processed
 */
export function objectReport(stored: unknown): ObjectReport | null {
  const parsed = ProcessReport.safeParse(stored);
  if (!parsed.success) return null;
  const { processor, title, language, notices, noticePages = {}, conformance } = parsed.data;
  const checked = ({
    score,
    failures,
  }: NonNullable<typeof conformance>['before']): z.infer<typeof Checked> => ({
    score,
    failures: failures.map(({ rule, title: words, count }) => ({ rule, title: words ?? rule, count })),
  });
  return {
    processor,
    title,
    language,
    notices: notices.map((code) => {
      const words = NOTICES[code] ?? { title: code, remedy: null };
      const pages = noticePages[code] ?? null;
      const title = pages === null ? words.title : (words.pages?.(pages) ?? words.title);
      return { code, title, pages, remedy: words.remedy };
    }),
    conformance: conformance
      ? { before: checked(conformance.before), after: checked(conformance.after) }
      : null,
  };
}
