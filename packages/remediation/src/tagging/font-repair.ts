import { PdfArray, PdfDict, PdfName, PdfRef } from '@libpdf/core';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Revision } from '../pdf/revision.ts';
import type { UsedFont } from '../text/fonts/font-cache.ts';
import { toUnicodeMap } from '../text/fonts/to-unicode-map.ts';

/**
 * Gives fonts that cannot say what their glyphs mean the map that says it, as far as it is known from their encodings
 * and programs. Only fonts that are objects of their own, and of whose used codes every one is known.
 */
export function repairFonts(
  { objects, revision }: { objects: ObjectAccess; revision: Revision },
  fonts: readonly UsedFont[],
): void {
  for (const { ref, dict, font } of fonts) {
    if (!ref) continue;
    const codes = [...font.usedCodes()].sort(([a], [b]) => a - b);
    const known = codes.length > 0 && codes.every(([, text]) => text.trim() !== '' || text === ' ');
    let changed = false;
    if (known && font.codeBytes !== undefined && (!dict.has('ToUnicode') || font.mapLeavesOut())) {
      const map = toUnicodeMap(codes, font.codeBytes);
      dict.set('ToUnicode', revision.addStream(new PdfDict(), new TextEncoder().encode(map)));
      changed = true;
    }
    const [descendant] = objects.list(dict, 'DescendantFonts');
    if (
      descendant instanceof PdfDict &&
      objects.name(descendant, 'Subtype') === 'CIDFontType2' &&
      font.embedded &&
      !descendant.has('CIDToGIDMap')
    ) {
      // What a reader assumes anyway, and PDF/UA wants written down.
      const own = descendant.clone();
      own.set('CIDToGIDMap', PdfName.of('Identity'));
      dict.set('DescendantFonts', PdfArray.of(revision.add(own)));
      changed = true;
    }
    const described: unknown = descendant instanceof PdfDict ? descendant.get('FontDescriptor') : undefined;
    const descriptor = descendant instanceof PdfDict ? objects.dict(descendant, 'FontDescriptor') : undefined;
    if (descriptor?.has('CIDSet') && described instanceof PdfRef) {
      // Nobody needs it, and writers leave glyphs out that PDF/UA wants to find in it.
      descriptor.delete('CIDSet');
      revision.change(described, descriptor);
    }
    if (changed) revision.change(ref, dict);
  }
}
