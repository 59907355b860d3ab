/**
 * The machine-checkable conditions of PDF/UA-1 that are checked here: clause of ISO 14289-1 and number of the test in
 * veraPDF's profile of it, the checkpoint of the Matterhorn Protocol that it belongs to, and what failing it takes from
 * a document's score (0 to 100), by what it costs somebody who reads with assistive technology.
 */
export const RULES = {
  '5-1': { checkpoint: 6, weight: 1, title: 'The file says that it follows PDF/UA' },
  '6.1-1': { checkpoint: 6, weight: 1, title: 'The header names a version of PDF 1' },
  '6.2-1': { checkpoint: 1, weight: 5, title: 'The file is marked as tagged' },
  '7.1-1': { checkpoint: 1, weight: 3, title: 'No artifact inside tagged content' },
  '7.1-2': { checkpoint: 1, weight: 3, title: 'No tagged content inside an artifact' },
  '7.1-3': { checkpoint: 1, weight: 20, title: 'All content is tagged or an artifact' },
  '7.1-4': { checkpoint: 1, weight: 2, title: 'No tags are suspect' },
  '7.1-5': { checkpoint: 2, weight: 5, title: 'Own tags are mapped to standard ones' },
  '7.1-6': { checkpoint: 2, weight: 5, title: 'Mappings of tags do not go in circles' },
  '7.1-7': { checkpoint: 2, weight: 2, title: 'Standard tags are not mapped to others' },
  '7.1-8': { checkpoint: 6, weight: 2, title: 'There is XMP metadata' },
  '7.1-9': { checkpoint: 6, weight: 4, title: 'The metadata has a title' },
  '7.1-10': { checkpoint: 7, weight: 3, title: 'The title is shown instead of the file name' },
  '7.1-11': { checkpoint: 1, weight: 25, title: 'There is a structure tree' },
  '7.1-12': { checkpoint: 1, weight: 1, title: 'Every element knows its parent' },
  '7.2-nesting-table': { checkpoint: 9, weight: 5, title: 'Tables hold rows, and rows hold cells' },
  '7.2-nesting-list': { checkpoint: 9, weight: 4, title: 'Lists hold items, and items labels and bodies' },
  '7.2-nesting-toc': { checkpoint: 9, weight: 3, title: 'Tables of contents hold their items' },
  '7.2-15': { checkpoint: 9, weight: 3, title: 'Cells of a table do not overlap' },
  '7.2-41': { checkpoint: 9, weight: 2, title: 'Columns of a table have the same height' },
  '7.2-43': { checkpoint: 9, weight: 3, title: 'Rows of a table have the same width' },
  '7.2-2': { checkpoint: 11, weight: 2, title: 'The language of bookmarks is known' },
  '7.2-24': { checkpoint: 11, weight: 2, title: 'The language of descriptions is known' },
  '7.2-25': { checkpoint: 11, weight: 2, title: 'The language of labels is known' },
  '7.2-29': { checkpoint: 11, weight: 5, title: 'Languages are valid language tags' },
  '7.2-34': { checkpoint: 11, weight: 8, title: 'The language of all text is known' },
  '7.3-1': { checkpoint: 13, weight: 10, title: 'Figures have alternative text' },
  '7.4.2-1': { checkpoint: 14, weight: 4, title: 'Heading levels are not skipped' },
  '7.4.4-1': { checkpoint: 14, weight: 2, title: 'Unnumbered headings stand alone in their section' },
  '7.4.4-2': { checkpoint: 14, weight: 2, title: 'Headings are numbered or unnumbered, not both' },
  '7.5-1': { checkpoint: 15, weight: 5, title: 'Cells can be tied to their headers' },
  '7.7-1': { checkpoint: 17, weight: 5, title: 'Formulas have alternative text' },
  '7.9-1': { checkpoint: 19, weight: 1, title: 'Notes have identifiers' },
  '7.9-2': { checkpoint: 19, weight: 1, title: 'Identifiers of notes are unique' },
  '7.10-1': { checkpoint: 20, weight: 1, title: 'Configurations of layers have names' },
  '7.10-2': { checkpoint: 20, weight: 1, title: 'Layers are not switched by events' },
  '7.11-1': { checkpoint: 21, weight: 1, title: 'Attached files have names' },
  '7.15-1': { checkpoint: 25, weight: 5, title: 'Forms do not need a dynamic rendering' },
  '7.16-1': { checkpoint: 26, weight: 10, title: 'Protection lets assistive technology read' },
  '7.18.1-1': { checkpoint: 28, weight: 3, title: 'Annotations are tagged' },
  '7.18.1-2': { checkpoint: 28, weight: 3, title: 'Annotations have descriptions' },
  '7.18.1-3': { checkpoint: 28, weight: 8, title: 'Form fields have labels' },
  '7.18.2-1': { checkpoint: 28, weight: 1, title: 'There are no trap networks' },
  '7.18.3-1': { checkpoint: 28, weight: 3, title: 'The tab order follows the structure' },
  '7.18.4-1': { checkpoint: 28, weight: 5, title: 'Form fields are tagged' },
  '7.18.4-2': { checkpoint: 28, weight: 2, title: 'Each form element has one field' },
  '7.18.5-1': { checkpoint: 28, weight: 5, title: 'Links are tagged' },
  '7.18.5-2': { checkpoint: 28, weight: 2, title: 'Links have descriptions' },
  '7.18.8-1': { checkpoint: 28, weight: 1, title: "Printer's marks are not in the structure" },
  '7.20-1': { checkpoint: 30, weight: 1, title: 'No content is taken from another file' },
  '7.20-2': { checkpoint: 30, weight: 3, title: 'Tagged content is drawn once' },
  '7.21.3.2-1': { checkpoint: 31, weight: 1, title: 'Composite fonts map their codes to glyphs' },
  '7.21.3.3-1': { checkpoint: 31, weight: 2, title: 'Character maps are known or embedded' },
  '7.21.4.1-1': { checkpoint: 31, weight: 3, title: 'Fonts are embedded' },
  '7.21.4.1-2': { checkpoint: 31, weight: 2, title: 'Fonts hold the glyphs that are used' },
  '7.21.5-1': { checkpoint: 31, weight: 1, title: 'Widths agree with the fonts' },
  '7.21.6-1': { checkpoint: 31, weight: 1, title: 'TrueType fonts have a character map' },
  '7.21.6-2': { checkpoint: 31, weight: 1, title: 'TrueType fonts have a standard encoding' },
  '7.21.6-3': { checkpoint: 31, weight: 1, title: 'Symbolic TrueType fonts have no encoding' },
  '7.21.7-1': { checkpoint: 10, weight: 8, title: 'Glyphs have Unicode values' },
  '7.21.7-2': { checkpoint: 10, weight: 3, title: 'Unicode values are of characters' },
  '7.21.8-1': { checkpoint: 31, weight: 2, title: 'No text uses the glyph for missing ones' },
} as const satisfies Record<string, { checkpoint: number; weight: number; title: string }>;

export type RuleId = keyof typeof RULES;

interface Failure {
  readonly rule: RuleId;
  /** Places where it fails; for content the pages on which it does. */
  readonly count: number;
}

/** What the checks of PDF/UA-1 that a machine can make say of a document. */
export interface Conformance {
  /** 100 when no check fails; each rule that fails takes its weight once, down to 0. */
  readonly score: number;
  readonly failures: readonly Failure[];
}

/** Collects what fails. */
export class Findings {
  readonly #counts = new Map<RuleId, number>();

  fail(rule: RuleId, count = 1): void {
    if (count > 0) this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + count);
  }

  /** Notes a failure unless it holds. */
  require(holds: boolean, rule: RuleId): void {
    if (!holds) this.fail(rule);
  }

  conformance(): Conformance {
    const order = Object.keys(RULES);
    const failures = [...this.#counts]
      .map(([rule, count]): Failure => ({ rule, count }))
      .sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
    const lost = failures.reduce((sum, { rule }) => sum + RULES[rule].weight, 0);
    return { score: Math.max(0, 100 - lost), failures };
  }
}
