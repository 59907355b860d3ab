import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Folder of what other programs print. */
const sourcesDir = join(import.meta.dirname, '../../../samples/sources');

/** What the programs come from, on Debian. */
const PACKAGES: Readonly<Record<string, string>> = {
  chromium: 'chromium',
  soffice: 'libreoffice-writer-nogui libreoffice-calc-nogui',
  pdflatex: 'texlive-latex-base texlive-latex-recommended',
  dvips: 'texlive-latex-base',
  dvipdfmx: 'texlive-binaries',
  gs: 'ghostscript',
  groff: 'groff',
  pdftocairo: 'poppler-utils',
  pdftotext: 'poppler-utils',
  qpdf: 'qpdf',
  python3: 'python3-fonttools',
};

/** 15 January 2026, in seconds: what programs that ask write for a date. */
const SOURCE_DATE_EPOCH = '1768467600';

/** @returns programs that cannot be run here, with the packages that hold them */
export function missingPrograms(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return Object.entries(PACKAGES)
    .filter(([program]) => !folders.some((folder) => existsSync(join(folder, program))))
    .map(([program, packages]) => `${program} (Debian: ${packages})`);
}

/** A folder of its own in which programs leave their files. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-samples-'));

  constructor() {
    cpSync(sourcesDir, this.folder, { recursive: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a program in the folder, or in one inside of it. */
  run(program: string, args: readonly string[], inside = '.'): Buffer {
    // Debian's programs before others of the same name.
    const PATH = `/usr/bin${delimiter}${process.env['PATH'] ?? ''}`;
    const env = { ...process.env, PATH, SOURCE_DATE_EPOCH, FORCE_SOURCE_DATE: '1', TZ: 'UTC' };
    return execFileSync(program, args, {
      cwd: join(this.folder, inside),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)));
  }
}

/** The dates and identifiers that a program has written in the clear, made the same every time; lengths stay. */
export function withoutMoment(pdf: Uint8Array): Uint8Array {
  const text = Buffer.from(pdf)
    .toString('latin1')
    .replace(/\((D:)\d{14}/g, '($120260115090000')
    .replace(/(<xmp:\w+Date>|<pdf:\w+Date>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, '$12026-01-15T09:00:00')
    .replace(/uuid:[0-9a-f-]{36}/g, 'uuid:00000000-0000-4000-8000-000000000000')
    .replace(/\/ID\s*\[\s*<[0-9A-Fa-f]{32}>\s*<[0-9A-Fa-f]{32}>\s*\]/g, (id) =>
      id.replace(/[0-9A-Fa-f]{32}/g, '0'.repeat(32)),
    )
    .replace(/\/DocChecksum \/[0-9A-F]{32}/g, `/DocChecksum /${'0'.repeat(32)}`);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
