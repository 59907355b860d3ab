import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** What pages are made of besides HTML lies under /assets/, by names that change with the content: browsers keep it for good. */
const FOLDER = 'assets/home';
const HOME_DIR = join(import.meta.dirname, '../..');
const ASSETS_DIR = join(HOME_DIR, 'src/assets');
/** The settings' own design: colours, type and sign are one for both. */
const WEB_DIR = join(HOME_DIR, '../web');
const { resolve } = createRequire(import.meta.url);

interface Asset {
  /** Address on the site. */
  readonly url: string;
  /** File it is copied from, below this workspace. */
  readonly source: string;
}

const named = (content: string | Buffer, name: string, extension: string): string =>
  `/${FOLDER}/${name}.${createHash('sha256').update(content).digest('hex').slice(0, 10)}.${extension}`;

const copied = (path: string, name: string, extension: string): Asset => ({
  url: named(readFileSync(path), name, extension),
  source: relative(HOME_DIR, path),
});

const font = (name: string, file: string, shortName: string): Asset =>
  copied(join(dirname(resolve(`${name}/package.json`)), 'files', file), shortName, 'woff2');

export const FONTS = {
  sans: font(
    '@fontsource-variable/atkinson-hyperlegible-next',
    'atkinson-hyperlegible-next-latin-wght-normal.woff2',
    'sans',
  ),
  mono: font(
    '@fontsource/atkinson-hyperlegible-mono',
    'atkinson-hyperlegible-mono-latin-400-normal.woff2',
    'mono',
  ),
} as const;

export const ICON: Asset = copied(join(WEB_DIR, 'public/icon.svg'), 'icon', 'svg');

/** Fonts and picture, from where to where, as Eleventy copies them. */
export const COPIED_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  [FONTS.sans, FONTS.mono, ICON].map(({ source, url }) => [source, url.slice(1)]),
);

const fontFace = (family: string, weight: string, { url }: Asset): string =>
  `@font-face{font-family:"${family}";font-weight:${weight};font-display:swap;src:url("${url}") format("woff2")}`;

const STYLE_SHEETS = ['base.css', 'layout.css', 'parts.css', 'start.css', 'print.css'];

/** The tokens as plain custom properties: what is Tailwind's in them goes. */
const tokens = readFileSync(join(WEB_DIR, 'src/styles/tokens.css'), 'utf8')
  .replace('@theme {', ':root {')
  .replaceAll(/^\s*--color-(?:\*|transparent|current):.*$/gm, '');

/** The one style sheet: the fonts, the tokens, and the sheets of src/assets in their order. */
const css = [
  fontFace('Atkinson Hyperlegible Next', '200 800', FONTS.sans),
  fontFace('Atkinson Hyperlegible Mono', '400', FONTS.mono),
  tokens,
  ...STYLE_SHEETS.map((file) => readFileSync(join(ASSETS_DIR, file), 'utf8')),
].join('\n');

export const STYLE = { url: named(css, 'style', 'css'), css } as const;
