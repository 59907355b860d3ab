import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The parts of the peers that are used; they are not installed where types are checked. */
export interface PdfJs {
  getDocumentProxy(
    this: void,
    data: Uint8Array,
  ): Promise<{
    readonly numPages: number;
    getPage(number: number): Promise<{
      getStructTree(): Promise<unknown>;
      getTextContent(options: { includeMarkedContent: boolean }): Promise<{ items: unknown[] }>;
    }>;
    readonly loadingTask: { destroy(): Promise<void> };
  }>;
}

const benchDir = join(import.meta.dirname, '../..');

/** Path of a peer below bench/, which is installed when it is not there yet. */
function installed(name: string): string {
  const path = join(benchDir, 'node_modules', name);
  if (!existsSync(path)) {
    const args = ['ci', '--prefix', benchDir, '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return path;
}

/** Imports a peer. */
export async function load<T>(name: string): Promise<T> {
  installed(name);
  return (await import(name)) as T;
}

export const pdfiumWasm = (): string => join(installed('@embedpdf/pdfium'), 'dist/pdfium.wasm');

/** The auto-tagger to compare with; it brings veraPDF's core along. */
const openDataLoader = (): string => join(installed('@opendataloader/pdf'), 'lib/opendataloader-pdf-cli.jar');

const JAXB = [
  'jaxb-runtime',
  'jaxb-api',
  'jaxb-core',
  'istack-commons-runtime',
  'txw2',
  'javax.activation',
  'FastInfoset',
  'stax-ex',
].map((name) => `/usr/share/java/${name}.jar`);

/** Whether a command can be run here. */
export function has(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Why veraPDF cannot be run here, if so. */
export function withoutValidator(): string | undefined {
  if (!has('java')) return 'no java (Debian: openjdk-17-jdk-headless)';
  return JAXB.every((path) => existsSync(path))
    ? undefined
    : 'no JAXB (Debian: libjaxb-java libjaxb-api-java)';
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Rules of PDF/UA-1 that veraPDF finds broken.
 *
 * @returns undefined for a file that it cannot read
 */
export function validate(files: readonly string[]): Map<string, readonly string[] | undefined> {
  const classPath = [openDataLoader(), ...JAXB].join(delimiter);
  const source = join(import.meta.dirname, 'Validate.java');
  const lines = execFileSync('java', ['-cp', classPath, source, ...files], {
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .toString()
    .trim()
    .split('\n');
  return new Map(
    lines.map((line) => {
      const [file = '', rules = ''] = line.split('\t');
      return [file, rules === '!' ? undefined : rules.split(' ').filter(Boolean)];
    }),
  );
}

/** Whether `qpdf --check` finds neither an error nor anything to warn of in a file. */
export function isSound(file: string): boolean {
  return spawnSync('qpdf', ['--check', file], { stdio: 'ignore' }).status === 0;
}

/** Whether Poppler draws a page of two files differently. */
export function differsInPoppler(page: number, before: string, after: string): boolean {
  const [first, second] = [before, after].map((file) => {
    const args = ['-r', '72', '-f', String(page), '-l', String(page), file];
    return execFileSync('pdftoppm', args, { maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'ignore'] });
  });
  return first === undefined || second === undefined || !first.equals(second);
}

/** How many pages of two files have other words, or words at other places, for Poppler: what copying and searching find. */
export function pagesReadOtherwise(before: string, after: string): number {
  const [first = [], second = []] = [before, after].map((file) => {
    const args = ['-bbox', '-q', file, '-'];
    const output = execFileSync('pdftotext', args, {
      maxBuffer: MAX_OUTPUT_BYTES,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.toString().split('<page ').slice(1);
  });
  return first.filter((page, index) => page !== second[index]).length;
}

/** Tags files with the peer; its outputs are `<name>_tagged.pdf` in the folder. Of a file it cannot read there is none. */
export function tagWithPeer(files: readonly string[], folder: string): void {
  const args = ['-jar', openDataLoader(), '--format', 'tagged-pdf', '--output-dir', folder, ...files];
  // It exits with 1 when it failed on any of them.
  const { error, status } = spawnSync('java', args, { stdio: 'ignore' });
  if (error !== undefined || (status !== 0 && status !== 1))
    throw error ?? new Error(`the peer exited with ${status}`);
}
