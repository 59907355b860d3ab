import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tesseractRecogniser } from '@sluice/processor/ocr';
import {
  type Conformance,
  NODE_REMEDIATION_LIMITS,
  remediatePdf,
  type TextRecogniser,
} from '@sluice/remediation';
import { printedSamples, readPrinted, samplePdfs } from '@sluice/testkit/samples';
import {
  CORPUS_NAMES,
  type CorpusName,
  documentPairs,
  isCorpus,
  type Pair,
  withoutCorpus,
  workFolderOf,
} from './support/quality/corpus.ts';
import {
  differsInPoppler,
  has,
  isSound,
  pagesReadOtherwise,
  tagWithPeer,
  validate,
  withoutValidator,
} from './support/quality/peers.ts';
import { Renderer } from './support/quality/render.ts';
import { compare, f1, type Score } from './support/quality/score.ts';
import { readStructure } from './support/quality/structure.ts';
import { print, type Row, timed } from './support/report.ts';

/**
 * How good remediation is: the structure that it finds in documents printed without tags, against the one their authors
 * gave them; PDF/UA-1 by veraPDF before and after, and how far our own checks agree with it; whether any page looks
 * different, or is read otherwise by who copies from it. `npm run quality [-- --json --corpus second --corpus third]`, of several corpora also together: faults were looked for in the
 * documents of some, nobody looks into those of the fifth and the sixth. What cannot be measured on this machine is named, not left out in silence.
 */
interface Output {
  readonly name: string;
  readonly source: Uint8Array;
  readonly pdf: Uint8Array;
  readonly conformance: { readonly before: Conformance; readonly after: Conformance };
  readonly pages: number;
  readonly ms: number;
}

/** Samples that are pictures of pages, read by the Node processor's engine. */
const SCANS = ['scanner-fax', 'scanner-photo'];
const SCANNED_PAGES = 10;
const RECOGNITION_MS = 120_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    corpus: { type: 'string', multiple: true, default: ['first'] },
  },
});
const { json } = values;
const names = values.corpus.map((name): CorpusName => {
  if (isCorpus(name)) return name;
  throw new Error(`--corpus is one of ${CORPUS_NAMES.join(', ')}`);
});
/** Of the samples, too. */
const workFolder = workFolderOf(names[0] ?? 'first');

const say = (line: string): void => {
  if (!json) process.stdout.write(`${line}\n`);
};
const folderOf = (name: string, parent = workFolder): string => {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const remediate = async (
  name: string,
  source: Uint8Array,
  more: { recogniser?: TextRecogniser } = {},
): Promise<Output> => {
  // What is too large for a Worker goes to the Node processor.
  const options = { language: null, fallbackTitle: name, limits: NODE_REMEDIATION_LIMITS, ...more };
  const { ms, value } = await timed(() => remediatePdf(source, options));
  const { pages, conformance } = value.report;
  return { name, source, pdf: value.pdf, conformance, pages, ms };
};

const structureRow = (tool: string, scores: readonly Score[]): Row => {
  const column = (key: keyof Score, digits?: number): number | null =>
    f1(
      scores.map((score) => score[key]),
      digits,
    );
  return {
    tool,
    documents: scores.length,
    'headings F1': column('headings'),
    'levels right': column('levels'),
    'where none is skipped': column('allowedLevels'),
    'list items F1': column('listItems'),
    'cells F1': column('cells'),
    'reading order': column('order'),
    'left to right': column('orderLeftToRight'),
    text: column('text', 4),
  };
};

interface Compared {
  readonly ours: readonly Score[];
  readonly peers: readonly Score[];
  /** Ours of the documents that the peer could read. */
  readonly shared: readonly Score[];
}

async function compareStructure(
  name: CorpusName,
  pairs: readonly Pair[],
  outputs: readonly Output[],
): Promise<Compared> {
  const ours: Score[] = [];
  const peers: Score[] = [];
  const shared: Score[] = [];
  const inputs = folderOf('input', workFolderOf(name));
  const tagged = folderOf('peer', workFolderOf(name));
  if (withoutValidator() === undefined)
    tagWithPeer(
      pairs.map(({ name }) => join(inputs, name)),
      tagged,
    );
  for (const [index, pair] of pairs.entries()) {
    const output = outputs[index];
    if (!output) continue;
    const truth = await readStructure(pair.truth);
    const own = compare(truth, await readStructure(output.pdf));
    ours.push(own);
    const other = join(tagged, pair.name.replace(/\.pdf$/, '_tagged.pdf'));
    if (!existsSync(other)) continue;
    peers.push(compare(truth, await readStructure(new Uint8Array(readFileSync(other)))));
    shared.push(own);
  }
  return { ours, peers, shared };
}

function printStructure(name: string, { ours, peers, shared }: Compared): void {
  print(`Structure against the author’s own tags, ${name}`, [
    structureRow('sluice', ours),
    ...(shared.length > 0 && shared.length < ours.length
      ? [structureRow('sluice, what the other can read', shared)]
      : []),
    structureRow('@opendataloader/pdf', peers),
  ]);
}

/** Rules of veraPDF that are one rule here. */
const oneRule = (rule: string): string => {
  const [clause, test = ''] = rule.split(/-(?=\d+$)/);
  const number = Number(test);
  if (clause === '7.2') {
    if (number >= 17 && number <= 20) return '7.2-nesting-list';
    if (number === 40) return '7.2-nesting-list';
    if (number >= 26 && number <= 28) return '7.2-nesting-toc';
    if ((number >= 3 && number <= 14) || number === 16 || (number >= 36 && number <= 39))
      return '7.2-nesting-table';
  }
  return { '7.2-42': '7.2-43', '7.4.4-3': '7.4.4-2', '7.5-2': '7.5-1' }[rule] ?? rule;
};

/** Puts a file into one of the work folder's folders, and says where. */
function written(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folderOf(folder), name);
  writeFileSync(path, bytes);
  return path;
}

function validateAll(title: string, outputs: readonly Output[]): Row {
  const sides = ['before', 'after'] as const;
  const paths = sides.map((side) =>
    outputs.map(({ name, source, pdf }) =>
      written(`${title}-${side}`, name, side === 'before' ? source : pdf),
    ),
  );
  const found = validate(paths.flat());
  const counts = { agreed: 0, oursOnly: 0, theirsOnly: 0, wrongClaims: 0 };
  const rules = [0, 0];
  const compliant = [0, 0];
  const remaining = new Map<string, number>();
  // What it cannot read any more is worse than anything.
  const broken = (at: 0 | 1, index: number): number =>
    found.get(paths[at]?.[index] ?? '')?.length ?? Number.POSITIVE_INFINITY;
  for (const [at, side] of sides.entries())
    for (const [index, output] of outputs.entries()) {
      const theirs = found.get(paths[at]?.[index] ?? '');
      if (!theirs) continue;
      rules[at] = (rules[at] ?? 0) + theirs.length;
      if (theirs.length === 0) compliant[at] = (compliant[at] ?? 0) + 1;
      const wanted = new Set(theirs.map(oneRule));
      const own = new Set<string>(output.conformance[side].failures.map(({ rule }) => rule));
      counts.agreed += [...own].filter((rule) => wanted.has(rule)).length;
      counts.oursOnly += [...own].filter((rule) => !wanted.has(rule)).length;
      counts.theirsOnly += [...wanted].filter((rule) => !own.has(rule)).length;
      if (side !== 'after') continue;
      if (own.size === 0 && wanted.size > 0) counts.wrongClaims++;
      for (const rule of theirs) remaining.set(rule, (remaining.get(rule) ?? 0) + 1);
    }
  const left = [...remaining].sort(([, a], [, b]) => b - a).map(([rule, count]) => `${rule} ×${count}`);
  say(`${title}: what veraPDF still finds: ${left.join(', ') || 'nothing'}\n`);
  const share = (part: number, rest: number): number => Math.round((1000 * part) / (part + rest || 1)) / 1000;
  return {
    corpus: title,
    documents: outputs.length,
    'rules broken before': rules[0] ?? 0,
    after: rules[1] ?? 0,
    'compliant before': compliant[0] ?? 0,
    'compliant after': compliant[1] ?? 0,
    'more broken than before': outputs.filter((_, index) => broken(1, index) > broken(0, index)).length,
    'checker precision': share(counts.agreed, counts.oursOnly),
    'checker recall': share(counts.agreed, counts.theirsOnly),
    'wrong claims': counts.wrongClaims,
  };
}

const samples: Output[] = [];
for (const { name, bytes } of await samplePdfs()) samples.push(await remediate(name, bytes));
const printed: Output[] = [];
for (const { name, bytes } of printedSamples()) printed.push(await remediate(name, bytes));
const recognised: Output[] = [];
const recogniser = tesseractRecogniser(SCANNED_PAGES, RECOGNITION_MS);
for (const name of SCANS) recognised.push(await remediate(`${name}.pdf`, readPrinted(name), { recogniser }));
const corpora: [string, readonly Output[]][] = [
  ['samples', samples],
  ['printed', printed],
  ['recognised', recognised],
];
const missing = withoutCorpus();
if (missing === undefined) {
  const all: Compared[] = [];
  for (const corpus of names) {
    const pairs = documentPairs(corpus);
    const outputs: Output[] = [];
    for (const { name, input } of pairs) outputs.push(await remediate(name, input));
    corpora.push([corpus, outputs]);
    const compared = await compareStructure(corpus, pairs, outputs);
    printStructure(corpus, compared);
    all.push(compared);
  }
  if (all.length > 1)
    printStructure('together', {
      ours: all.flatMap(({ ours }) => ours),
      peers: all.flatMap(({ peers }) => peers),
      shared: all.flatMap(({ shared }) => shared),
    });
} else say(`structure: not measured, ${missing}`);

const noValidator = withoutValidator();
if (noValidator === undefined)
  print(
    'PDF/UA-1',
    corpora.map(([title, outputs]) => validateAll(title, outputs)),
  );
else say(`PDF/UA-1: not measured, ${noValidator}`);

if (!has('qpdf')) say('qpdf --check: not run, no qpdf (Debian: qpdf)');
if (!has('pdftoppm')) say('Poppler: not asked, no pdftoppm (Debian: poppler-utils)');
const renderer = await Renderer.start();
print(
  'Rendering and speed',
  corpora.map(([corpus, outputs]): Row => {
    const compared = outputs.map((output) => ({
      ...renderer.compare(output.source, output.pdf),
      enlarged: renderer.compare(output.source, output.pdf, 2).differ.length,
      before: written(`${corpus}-before`, output.name, output.source),
      after: written(`${corpus}-after`, output.name, output.pdf),
    }));
    const sum = (of: (each: (typeof compared)[number]) => number): number =>
      compared.reduce((total, each) => total + of(each), 0);
    const pages = outputs.reduce((total, output) => total + output.pages, 0);
    const ms = outputs.reduce((total, output) => total + output.ms, 0);
    return {
      corpus,
      pages,
      'pages rendered': sum((each) => each.pages),
      'pages that differ': sum(({ differ }) => differ.length),
      // Glyphs that fall between two pixels, which one renderer rounds otherwise when a line is shown in two pieces.
      'in Poppler too': has('pdftoppm')
        ? sum(
            ({ differ, before, after }) =>
              differ.filter((page) => differsInPoppler(page, before, after)).length,
          )
        : null,
      'pixels beyond anti-aliasing': sum(({ beyond }) => beyond),
      'by at most, of 255': compared.reduce((most, each) => Math.max(most, each.most), 0),
      // Of fonts that say what their glyphs are only afterwards, and of scans, more is read.
      'pages that Poppler reads otherwise': has('pdftotext')
        ? sum(({ before, after }) => pagesReadOtherwise(before, after))
        : null,
      'pages that differ at two pixels a point': sum(({ enlarged }) => enlarged),
      'qpdf --check fails': has('qpdf') ? compared.filter(({ after }) => !isSound(after)).length : null,
      'pages a second': Math.round((pages / ms) * 10_000) / 10,
    };
  }),
);
