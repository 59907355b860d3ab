import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Heading, renderMarkdown } from './markdown.ts';

/** The user guide is docs/user, rendered: these files and no others are its source. */
const DOCS_DIR = join(import.meta.dirname, '../../../../docs/user');

interface Chapter {
  /** Below docs/user, without `.md`; also the address below /guide/. */
  readonly name: string;
  /** What the navigation calls it. */
  readonly label: string;
  /** One sentence, for lists and search engines. */
  readonly summary: string;
}

export const CHAPTERS: readonly Chapter[] = [
  {
    name: 's3-integrations',
    label: 'Connect your bucket',
    summary:
      'What the credentials must allow, what is processed and what is not, dry runs, folder rules, the connection test, rotation, pausing and deleting.',
  },
  {
    name: 'events',
    label: 'Be told of new files',
    summary:
      'Let your provider announce new files, so that work starts within seconds and no lost event loses a file.',
  },
  {
    name: 'notifications',
    label: 'Notifications',
    summary:
      'Signed webhooks to servers of yours: what is sent, in which order, and what is done when nobody answers.',
  },
  {
    name: 'members',
    label: 'Members',
    summary:
      'Who may act for your tenant: roles, invitations by a link that works once, removing and leaving.',
  },
  {
    name: 'api',
    label: 'The API',
    summary:
      'What holds for every request: signing in, errors, lists, safe edits, safe repeats and rate limits.',
  },
];

export const PROVIDERS: readonly Chapter[] = [
  {
    name: 'providers/aws',
    label: 'Amazon S3',
    summary:
      'Connect an Amazon S3 bucket by a role with an external id, or by an access key, with least privilege.',
  },
  {
    name: 'providers/r2',
    label: 'Cloudflare R2',
    summary: 'Connect a Cloudflare R2 bucket with a token for that one bucket.',
  },
  {
    name: 'providers/b2',
    label: 'Backblaze B2',
    summary: 'Connect a Backblaze B2 bucket with an application key for that one bucket.',
  },
  {
    name: 'providers/minio',
    label: 'MinIO',
    summary: 'Connect a MinIO bucket with a user and policy of its own, and have MinIO announce new files.',
  },
  {
    name: 'providers/ceph',
    label: 'Ceph',
    summary: 'Connect a bucket of the Ceph Object Gateway with a user of its own and a bucket policy.',
  },
  {
    name: 'providers/generic',
    label: 'Any other server',
    summary: 'Connect any server that speaks S3: what it must support, and which policy to set.',
  },
];

export interface GuidePage extends Chapter {
  readonly path: string;
  /** The document's own first heading. */
  readonly title: string;
  readonly html: string;
  /** Second-level headings, in order. */
  readonly headings: readonly Heading[];
  /** Codes of the error catalogue it speaks of, each with the nearest heading above. */
  readonly mentions: ReadonlyMap<string, Heading>;
}

export const guidePath = (name: string): string => `/guide/${name}`;

/** Renders docs/user. A document that is not in the table of chapters gets a page that nothing leads to. */
export const readGuide = (): readonly GuidePage[] => {
  const names = new Set(
    globSync('**/*.md', { cwd: DOCS_DIR }).map((file) => file.replaceAll('\\', '/').replace(/\.md$/, '')),
  );
  const known = [...CHAPTERS, ...PROVIDERS].filter(({ name }) => names.has(name));
  const strays = [...names].filter((name) => known.every((chapter) => chapter.name !== name));
  return [...known, ...strays.map((name) => ({ name, label: name, summary: name }))].map((chapter) => ({
    ...chapter,
    path: guidePath(chapter.name),
    ...renderMarkdown(readFileSync(join(DOCS_DIR, `${chapter.name}.md`), 'utf8'), (target) =>
      addressOf(target, chapter.name, names),
    ),
  }));
};

/** A link of a document as a link of the site: `../events.md#x` becomes `/guide/events#x`. Null for what is no part of the guide. */
export const addressOf = (target: string, from: string, names: ReadonlySet<string>): string | null => {
  if (/^(https:|#)/.test(target)) return target;
  const { pathname, hash } = new URL(target, `file:///guide/user/${from}`);
  const name = pathname.replace('/guide/user/', '').replace(/\.md$/, '');
  return names.has(name) ? `${guidePath(name)}${hash}` : null;
};
