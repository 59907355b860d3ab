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
import { has } from './peers.ts';

/** A document printed with its author's tags, and without any. */
export interface Pair {
  readonly name: string;
  readonly truth: Uint8Array;
  readonly input: Uint8Array;
}

interface Corpus {
  /** Documentation packages of Debian, and where in them the documents are that Writer opens. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** So many of each folder, by their names. */
  readonly perFolder: number;
  /** By their file names. */
  readonly wanted: RegExp;
}

const OFFICE = /\.(?:odt|docx)$/;
const ANY = /(?:\.odt|\.docx?|^[^.]+\.html|\.en\.html)$/;

const CORPORA = {
  /** Those that faults were looked for in from the start. */
  first: {
    packages: {
      'writer2latex-manual': ['usr/share/doc/writer2latex/manual'],
      'python3-relatorio': ['usr/share/doc/python3-relatorio/examples'],
      'debian-faq': ['usr/share/doc/debian/FAQ'],
      'debian-policy': ['usr/share/doc/debian-policy', 'usr/share/doc/debian-policy/policy.html'],
      'developers-reference': ['usr/share/developers-reference'],
      unoconv: ['usr/share/doc/unoconv'],
      'fonts-sil-charis': ['usr/share/doc/fonts-sil-charis/documentation'],
    },
    perFolder: Number.POSITIVE_INFINITY,
    wanted: ANY,
  },
  /** Pages of manuals, measured before anybody looked into them. */
  second: {
    packages: {
      'debian-handbook': ['usr/share/doc/debian-handbook/html/en-US'],
      'harden-doc': ['usr/share/doc/harden-doc/html/en-US'],
      'installation-guide-amd64': ['usr/share/doc/installation-guide-amd64/en'],
      'postgresql-doc-15': ['usr/share/doc/postgresql-doc-15/html'],
      'git-doc': ['usr/share/doc/git-doc'],
      'python3.11-doc': ['usr/share/doc/python3.11/html/tutorial'],
    },
    perFolder: 7,
    wanted: ANY,
  },
  /**
   * Documents of office programs alone. With the fourth, every package of Debian 12 that has one (.odt, .docx) below
   * usr/share/doc, but for those of the first: fonts, and every second one of the rest.
   */
  third: {
    packages: {
      'abinit-doc': ['usr/share/doc/abinit/html/theory'],
      bibtexconv: ['usr/share/doc/bibtexconv/examples'],
      'davical-doc': ['usr/share/doc/davical'],
      examl: ['usr/share/doc/examl'],
      'fonts-arphic-ukai': ['usr/share/doc/fonts-arphic-ukai'],
      'fonts-arphic-uming': ['usr/share/doc/fonts-arphic-uming'],
      'fonts-manchufont': ['usr/share/doc/fonts-manchufont'],
      'fonts-senamirmir-washra': ['usr/share/doc/fonts-senamirmir-washra'],
      'fonts-sil-abyssinica': ['usr/share/doc/fonts-sil-abyssinica/documentation'],
      'fonts-sil-akatab': ['usr/share/doc/fonts-sil-akatab/documentation'],
      'fonts-sil-andika-compact': ['usr/share/doc/fonts-sil-andika-compact/documentation'],
      'fonts-sil-andikanewbasic': ['usr/share/doc/fonts-sil-andikanewbasic/documentation'],
      'fonts-sil-annapurna': ['usr/share/doc/fonts-sil-annapurna/documentation'],
      'fonts-sil-awami-nastaliq': ['usr/share/doc/fonts-sil-awami-nastaliq/documentation'],
      'fonts-sil-charis-compact': ['usr/share/doc/fonts-sil-charis-compact/documentation'],
      'fonts-sil-doulos-compact': ['usr/share/doc/fonts-sil-doulos-compact/documentation'],
      'fonts-sil-gentiumplus-compact': ['usr/share/doc/fonts-sil-gentiumplus-compact/documentation'],
      'fonts-sil-harmattan': ['usr/share/doc/fonts-sil-harmattan/documentation'],
      'fonts-sil-padauk': ['usr/share/doc/fonts-sil-padauk/documentation'],
      'fonts-sil-scheherazade': ['usr/share/doc/fonts-sil-scheherazade/documentation'],
      'fonts-sil-tagmukay': ['usr/share/doc/fonts-sil-tagmukay/documentation'],
      'fonts-sil-taiheritagepro': [
        'usr/share/doc/fonts-sil-taiheritagepro/documentation',
        'usr/share/doc/fonts-sil-taiheritagepro/documentation/developer',
      ],
      'gutenprint-doc': ['usr/share/doc/gutenprint-doc'],
      jverein: ['usr/share/doc/jverein/examples'],
      'libsonic-dev': ['usr/share/doc/libsonic-dev'],
      lios: ['usr/share/doc/lios'],
      'nagios-nrpe-server': ['usr/share/doc/nagios-nrpe-server'],
      'python3-pattern': ['usr/share/doc/python3-pattern/test/corpora'],
      uncrustify: ['usr/share/doc/uncrustify'],
      'whitedune-docs': ['usr/share/doc/whitedune-docs/docs/german_workshop_documents'],
      'yoshimi-doc': ['usr/share/doc/yoshimi'],
    },
    perFolder: 4,
    wanted: OFFICE,
  },
  /** The others of them, measured before anybody looked into them. */
  fourth: {
    packages: {
      aprx: ['usr/share/doc/aprx'],
      'coco-doc': ['usr/share/doc/coco-doc'],
      discosnp: ['usr/share/doc/discosnp'],
      gtkwave: ['usr/share/doc/gtkwave'],
      hspell: ['usr/share/doc/hspell'],
      'libreoffice-canzeley-client': ['usr/share/doc/libreoffice-canzeley-client'],
      'libzemberek-java-doc': ['usr/share/doc/libzemberek-java-doc'],
      'live-manual-odf': ['usr/share/doc/live-manual/odt'],
      'pique-doc': ['usr/share/doc/pique'],
      tiatracker: ['usr/share/doc/tiatracker'],
      'w1retap-doc': ['usr/share/doc/w1retap'],
      writer2latex: [
        'usr/share/doc/writer2latex/examples/latex',
        'usr/share/doc/writer2latex/examples/xhtml',
      ],
    },
    perFolder: 4,
    wanted: OFFICE,
  },
  /** Those outside of usr/share/doc, but for templates and what programs are tested with: nobody looks into them. */
  fifth: {
    packages: {
      'cups-filters': ['usr/share/cups/data'],
      'fonts-lmodern': ['usr/share/texmf/doc/fonts/lm-math'],
      'fonts-texgyre-math': ['usr/share/texmf/doc/fonts/tex-gyre-math'],
      'forensics-samples-files': [
        'usr/share/forensics-samples/original-files/text1',
        'usr/share/forensics-samples/original-files/text2',
      ],
      'lazarus-src-2.2': [
        'usr/lib/lazarus/2.2.6/components/lazreport/doc',
        'usr/lib/lazarus/2.2.6/components/lazreport/doc/tutorials/stringgrid/en',
        'usr/lib/lazarus/2.2.6/components/lazreport/doc/tutorials/stringgrid/es',
      ],
      'libreoffice-dev-doc': [
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/BasicAndDialogs',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/BasicAndDialogs/CreatingDialogs',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/BasicAndDialogs/ToolkitControls',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Components/CppComponent',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Components/dialogcomponent',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Forms',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/ScriptingFramework/SayHello',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/ScriptingFramework/ScriptSelector',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Text',
        'usr/lib/libreoffice/sdk/examples/basic/forms_and_controls',
        'usr/lib/libreoffice/sdk/examples/basic/text/creating_an_index',
        'usr/lib/libreoffice/sdk/examples/basic/text/modifying_text_automatically',
        'usr/lib/libreoffice/sdk/examples/java/EmbedDocument/EmbeddedObject',
        'usr/lib/libreoffice/sdk/examples/java/Inspector',
        'usr/lib/libreoffice/sdk/examples/java/PropertySet',
      ],
      'libreoffice-dmaths': [
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers',
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers/Faq',
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers/Windows',
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers/userguides',
      ],
      previsat: ['usr/share/Astropedia/PreviSat/doc'],
      'psychtoolbox-3-common': ['usr/share/psychtoolbox-3/PsychRadiometric/PsychAnsiZ136MPE'],
      'python-odf-doc': ['usr/share/python-odf'],
      'r-cran-officer': ['usr/lib/R/site-library/officer/doc_examples'],
      'toppic-common': [
        'usr/share/toppic/topmsv/doc',
        'usr/share/toppic/topmsv/doc/Functionality_Docs/Spectrum_Graph',
      ],
    },
    perFolder: 4,
    wanted: OFFICE,
  },
  /** Pages of other manuals, measured once, when the rest was done. */
  sixth: {
    packages: {
      'cmake-doc': ['usr/share/doc/cmake-data/html/manual'],
      'doxygen-doc': ['usr/share/doc/doxygen/html'],
      'exim4-doc-html': ['usr/share/doc/exim4-doc-html/spec_html'],
      'ntpsec-doc': ['usr/share/doc/ntpsec-doc/html'],
      'openvswitch-doc': ['usr/share/doc/openvswitch-doc/html/topics'],
      'postfix-doc': ['usr/share/doc/postfix/html'],
      'sqlite3-doc': ['usr/share/doc/sqlite3'],
      valgrind: ['usr/share/doc/valgrind/html'],
      'zsh-doc': ['usr/share/doc/zsh-common/html'],
    },
    perFolder: 5,
    wanted: ANY,
  },
} satisfies Record<string, Corpus>;

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
