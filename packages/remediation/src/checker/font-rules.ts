import { PdfDict, PdfName, PdfStream } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { decodeStream } from '../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { UsedFont } from '../text/fonts/font-cache.ts';
import { glyphNameToText } from '../text/fonts/glyph-names.ts';
import { TrueTypeProgram } from '../text/fonts/programs/truetype-program.ts';
import type { Findings } from './rules.ts';

const SYMBOLIC = 4;
/** Thousandths of an em by which a width may differ from the font's. */
const WIDTH_TOLERANCE = 1;
/** CMaps that every reader knows (ISO 32000-1, table 118). */
const PREDEFINED_CMAP =
  /^(Identity|GB-EUC|GBpc-EUC|GBK-EUC|GBKp-EUC|GBK2K|UniGB-UCS2|UniGB-UTF16|B5pc|HKscs-B5|ETen-B5|ETenms-B5|CNS-EUC|UniCNS-UCS2|UniCNS-UTF16|83pv-RKSJ|90ms-RKSJ|90msp-RKSJ|90pv-RKSJ|Add-RKSJ|EUC|Ext-RKSJ|UniJIS-UCS2|UniJIS-UCS2-HW|UniJIS-UTF16|KSC-EUC|KSCms-UHC|KSCms-UHC-HW|KSCpc-EUC|UniKS-UCS2|UniKS-UTF16)-[HV]$|^[HV]$/;

/** Checks the fonts that text is shown in, for the codes that it uses. */
export function checkFonts(
  objects: ObjectAccess,
  fonts: readonly UsedFont[],
  budget: WorkBudget,
  findings: Findings,
): void {
  for (const used of fonts) {
    const codes = used.font.usedCodes();
    if (codes.size === 0) continue;
    findings.require(used.font.embedded || !used.isSeen, '7.21.4.1-1');
    checkUnicode(objects, used, codes, findings);
    if (objects.name(used.dict, 'Subtype') === 'Type0')
      checkComposite(objects, used, codes, budget, findings);
    if (objects.name(used.dict, 'Subtype') === 'TrueType')
      checkTrueType(objects, used.dict, budget, findings);
  }
}

function checkUnicode(
  objects: ObjectAccess,
  { dict, font }: UsedFont,
  codes: ReadonlyMap<number, string>,
  findings: Findings,
): void {
  const texts = [...codes.values()];
  const encoding = objects.name(dict, 'Encoding') ?? '';
  const mapped = objects.stream(dict, 'ToUnicode') !== undefined;
  const symbolic = ((objects.number(objects.dict(dict, 'FontDescriptor'), 'Flags') ?? 0) & SYMBOLIC) !== 0;
  const subtype = objects.name(dict, 'Subtype');
  // A font program's own character map is not one that readers have to look into.
  const silent =
    (subtype === 'Type0' && !/UCS2|UTF16/.test(encoding)) ||
    (subtype === 'TrueType' && symbolic && !dict.has('Encoding'));
  const complete = !font.mapLeavesOut();
  findings.require(texts.every((text) => text !== '') && complete && (mapped || !silent), '7.21.7-1');
  findings.require(!texts.some((text) => /[\0\ufffe\ufeff]/.test(text)), '7.21.7-2');
}

function checkComposite(
  objects: ObjectAccess,
  { dict, font }: UsedFont,
  codes: ReadonlyMap<number, string>,
  budget: WorkBudget,
  findings: Findings,
): void {
  const encoding = objects.resolve(dict.get('Encoding'));
  if (encoding instanceof PdfName) findings.require(PREDEFINED_CMAP.test(encoding.value), '7.21.3.3-1');
  const [descendant] = objects.list(dict, 'DescendantFonts');
  if (!(descendant instanceof PdfDict) || objects.name(descendant, 'Subtype') !== 'CIDFontType2') return;
  const stream = objects.stream(objects.dict(descendant, 'FontDescriptor'), 'FontFile2');
  if (!stream) return;
  const map = objects.resolve(descendant.get('CIDToGIDMap'));
  findings.require(map !== undefined, '7.21.3.2-1');
  const program = decodeStream(stream, budget);
  const glyphs = map instanceof PdfStream ? decodeStream(map, budget) : undefined;
  if (!program || font.codeBytes !== 2 || font.vertical) return;
  const trueType = new TrueTypeProgram(program);
  for (const code of codes.keys()) {
    const glyph = glyphs ? (glyphs[code * 2] ?? 0) * 256 + (glyphs[code * 2 + 1] ?? 0) : code;
    findings.require(glyph !== 0, '7.21.8-1');
    findings.require(glyph < trueType.glyphCount, '7.21.4.1-2');
    const width = trueType.width(glyph);
    const [stated] = font.decode(Uint8Array.of(code >> 8, code & 0xff));
    if (width !== undefined && stated)
      findings.require(Math.abs(width - stated.width * 1000) <= WIDTH_TOLERANCE, '7.21.5-1');
  }
}

function checkTrueType(objects: ObjectAccess, dict: PdfDict, budget: WorkBudget, findings: Findings): void {
  const descriptor = objects.dict(dict, 'FontDescriptor');
  const symbolic = ((objects.number(descriptor, 'Flags') ?? 0) & SYMBOLIC) !== 0;
  if (symbolic) {
    findings.require(!dict.has('Encoding'), '7.21.6-3');
    return;
  }
  const encoding = objects.dict(dict, 'Encoding');
  const base = objects.name(dict, 'Encoding') ?? objects.name(encoding, 'BaseEncoding');
  const names = objects.list(encoding, 'Differences').filter((item) => item instanceof PdfName);
  const standard = base === 'MacRomanEncoding' || base === 'WinAnsiEncoding';
  findings.require(standard && names.every(({ value }) => glyphNameToText(value) !== ''), '7.21.6-2');
  const stream = objects.stream(descriptor, 'FontFile2');
  const program = stream && decodeStream(stream, budget);
  if (program) findings.require(new TrueTypeProgram(program).characterMaps > 0, '7.21.6-1');
}
