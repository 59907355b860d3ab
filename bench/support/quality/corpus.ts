import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CORPORA, type Corpus } from './corpora.ts';
import { has } from './peers.ts';

/** A document printed with its author's tags, and without any. */
export interface Pair {
  readonly name: string;
  readonly truth: Uint8Array;
  readonly input: Uint8Array;
}

export type CorpusName = keyof typeof CORPORA;
export const CORPUS_NAMES = Object.keys(CORPORA);
export const isCorpus = (name: string): name is CorpusName => Object.hasOwn(CORPORA, name);

/** Indexes are lists of links, and whole books take too long. */
const SKIPPED = /^(?:index|genindex|search|developers-reference|policy|policy-1)\b/;
const MIN_HTML_BYTES = 12_000;
const MAX_HTML_BYTES = 70_000;
const TAGS = (tagged: boolean): string =>
  `pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"${tagged}"},` +
  `"ExportBookmarks":{"type":"boolean","value":"${tagged}"}}`;

/** Folder of what is made once and kept for the next run. */
export const workFolderOf = (corpus: CorpusName): string =>
  join(tmpdir(), corpus === 'first' ? 'sluice-quality' : `sluice-quality-${corpus}`);

/** Why the corpus cannot be made here, if so. */
export function withoutCorpus(): string | undefined {
  if (!has('soffice')) return 'no LibreOffice (Debian: libreoffice-writer-nogui)';
  return has('apt-get') && has('dpkg-deb') ? undefined : 'no Debian packages (apt-get, dpkg-deb)';
}

/** Office documents of Debian's documentation packages, each printed twice. */
export function documentPairs(corpus: CorpusName): Pair[] {
  const workFolder = workFolderOf(corpus);
  const sources = fetchDocuments(CORPORA[corpus], workFolder);
  const odt = join(workFolder, 'odt');
  mkdirSync(odt, { recursive: true });
  const pages = sources.filter((path) => path.endsWith('.html'));
  print(['--infilter=HTML (StarWriter)', '--convert-to', 'odt:writer8'], pages, odt);
  for (const path of sources) {
    if (path.endsWith('.html')) continue;
    // Documents of several folders may have one name.
    const taken = existsSync(join(odt, basename(path)));
    const name = taken ? `${basename(dirname(path))}-${basename(path)}` : basename(path);
    copyFileSync(path, join(odt, name));
  }
  const documents = readdirSync(odt).map((name) => join(odt, name));
  const truth = join(workFolder, 'truth');
  const input = join(workFolder, 'input');
  print(['--convert-to', TAGS(true)], documents, truth);
  print(['--convert-to', TAGS(false)], documents, input);
  const names = readdirSync(truth).filter((name) => existsSync(join(input, name)));
  return names
    .sort((a, b) => a.localeCompare(b))
    .map((name) => ({
      name,
      truth: new Uint8Array(readFileSync(join(truth, name))),
      input: new Uint8Array(readFileSync(join(input, name))),
    }));
}

/** Runs LibreOffice once for all documents, unless an earlier run has. */
function print(options: readonly string[], documents: readonly string[], folder: string): void {
  const workFolder = dirname(folder);
  const finished = join(workFolder, `${basename(folder)}.done`);
  // Without a document to print it would wait for one.
  if (existsSync(finished) || documents.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const profile = `-env:UserInstallation=file://${join(workFolder, 'profile')}`;
  const args = [profile, '--headless', ...options, '--outdir', folder, ...documents];
  execFileSync('soffice', args, { stdio: 'ignore' });
  writeFileSync(finished, '');
}

function fetchDocuments({ packages, perFolder, wanted }: Corpus, workFolder: string): string[] {
  const folder = join(workFolder, 'documents');
  const archives = join(workFolder, 'packages');
  if (!existsSync(folder)) {
    mkdirSync(archives, { recursive: true });
    execFileSync('apt-get', ['download', ...Object.keys(packages)], { cwd: archives, stdio: 'ignore' });
    for (const name of readdirSync(archives))
      execFileSync('dpkg-deb', ['-x', join(archives, name), folder], { stdio: 'ignore' });
  }
  return Object.values(packages)
    .flat()
    .map((path) => join(folder, path))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      readdirSync(path)
        .filter((name) => isWanted(name, join(path, name), wanted))
        .sort()
        .slice(0, perFolder)
        .map((name) => join(path, name)),
    );
}

function isWanted(name: string, path: string, wanted: RegExp): boolean {
  if (!wanted.test(name) || SKIPPED.test(name)) return false;
  // A link is a second name of what is there already.
  const stat = lstatSync(path);
  if (!stat.isFile()) return false;
  return !name.endsWith('.html') || (stat.size >= MIN_HTML_BYTES && stat.size <= MAX_HTML_BYTES);
}
