import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { has } from './peers.ts';

/** A document printed with its author's tags, and without any. */
export interface Pair {
  readonly name: string;
  readonly truth: Uint8Array;
  readonly input: Uint8Array;
}

/** Documentation packages of Debian, and where in them the documents are that Writer opens. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'writer2latex-manual': ['usr/share/doc/writer2latex/manual'],
  'python3-relatorio': ['usr/share/doc/python3-relatorio/examples'],
  'debian-faq': ['usr/share/doc/debian/FAQ'],
  'debian-policy': ['usr/share/doc/debian-policy', 'usr/share/doc/debian-policy/policy.html'],
  'developers-reference': ['usr/share/developers-reference'],
  unoconv: ['usr/share/doc/unoconv'],
  'fonts-sil-charis': ['usr/share/doc/fonts-sil-charis/documentation'],
};
const WANTED = /(?:\.odt|\.docx?|^[^.]+\.html|\.en\.html)$/;
/** Indexes are lists of links, and whole books take too long. */
const SKIPPED = /^(?:index|genindex|search|developers-reference|policy|policy-1)\b/;
const MIN_HTML_BYTES = 12_000;
const MAX_HTML_BYTES = 70_000;
const TAGS = (tagged: boolean): string =>
  `pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"${tagged}"},` +
  `"ExportBookmarks":{"type":"boolean","value":"${tagged}"}}`;

/** Folder of what is made once and kept for the next run. */
export const workFolder = join(tmpdir(), 'sluice-quality');

/** Why the corpus cannot be made here, if so. */
export function withoutCorpus(): string | undefined {
  if (!has('soffice')) return 'no LibreOffice (Debian: libreoffice-writer-nogui)';
  return has('apt-get') && has('dpkg-deb') ? undefined : 'no Debian packages (apt-get, dpkg-deb)';
}

/** Office documents of Debian's documentation packages, each printed twice. */
export function documentPairs(): Pair[] {
  const sources = fetchDocuments(join(workFolder, 'documents'));
  const odt = join(workFolder, 'odt');
  mkdirSync(odt, { recursive: true });
  const pages = sources.filter((path) => path.endsWith('.html'));
  print(['--infilter=HTML (StarWriter)', '--convert-to', 'odt:writer8'], pages, odt);
  for (const path of sources) if (!path.endsWith('.html')) copyFileSync(path, join(odt, basename(path)));
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
  const finished = join(workFolder, `${basename(folder)}.done`);
  if (existsSync(finished)) return;
  mkdirSync(folder, { recursive: true });
  const profile = `-env:UserInstallation=file://${join(workFolder, 'profile')}`;
  const args = [profile, '--headless', ...options, '--outdir', folder, ...documents];
  execFileSync('soffice', args, { stdio: 'ignore' });
  writeFileSync(finished, '');
}

function fetchDocuments(folder: string): string[] {
  const packages = join(workFolder, 'packages');
  if (!existsSync(folder)) {
    mkdirSync(packages, { recursive: true });
    execFileSync('apt-get', ['download', ...Object.keys(PACKAGES)], { cwd: packages, stdio: 'ignore' });
    for (const name of readdirSync(packages))
      execFileSync('dpkg-deb', ['-x', join(packages, name), folder], { stdio: 'ignore' });
  }
  return Object.values(PACKAGES)
    .flat()
    .map((path) => join(folder, path))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((name) => ({ name, path: join(path, name) })))
    .filter(({ name, path }) => {
      if (!WANTED.test(name) || SKIPPED.test(name) || !statSync(path).isFile()) return false;
      const { size } = statSync(path);
      return !name.endsWith('.html') || (size >= MIN_HTML_BYTES && size <= MAX_HTML_BYTES);
    })
    .map(({ path }) => path);
}
