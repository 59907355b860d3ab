import type { WorkBudget } from './budget.ts';
import { detectLanguage, normalizeLanguage } from './language/detect-language.ts';
import { decodeStream } from './pdf/bounded-decode.ts';
import { titleFromFileName, usableTitle } from './pdf/document-title.ts';
import type { ObjectAccess } from './pdf/object-access.ts';
import { xmpTitle } from './pdf/xmp.ts';
import type { Notice } from './report.ts';
import { type Block, blockText } from './structure/types.ts';

/** BCP 47: what was asked for, what the document says, what its text looks like, English. */
export function chooseLanguage(
  objects: ObjectAccess,
  wanted: string | null,
  text: string,
  notices: Set<Notice>,
): string {
  const stated = normalizeLanguage(wanted) ?? statedLanguage(objects);
  if (stated !== null) return stated;
  notices.add('language_guessed');
  return detectLanguage(text) ?? 'en';
}

/** BCP 47: what the document says of itself. */
export function statedLanguage(objects: ObjectAccess): string | null {
  return normalizeLanguage(objects.text(objects.pdf.getCatalog(), 'Lang')) ?? null;
}

/** What the document says, the title that is set apart in it, its first heading, its file name. */
export function chooseTitle(
  objects: ObjectAccess,
  blocks: readonly Block[],
  fileName: string,
  budget: WorkBudget,
  notices: Set<Notice>,
): string {
  const info = objects.dict(objects.pdf.context.info.trailer, 'Info');
  const packet = objects.stream(objects.pdf.getCatalog(), 'Metadata');
  const decoded = packet && decodeStream(packet, budget);
  const stated =
    usableTitle(objects.text(info, 'Title')) ??
    usableTitle(decoded && xmpTitle(new TextDecoder().decode(decoded)));
  if (stated !== undefined) return stated;
  const heading =
    blocks.find(({ kind }) => kind === 'title') ?? blocks.find(({ kind }) => kind === 'heading');
  const fromHeading = heading && usableTitle(blockText(heading));
  notices.add(fromHeading === undefined ? 'title_from_file_name' : 'title_from_heading');
  return fromHeading ?? titleFromFileName(fileName);
}
