/**
 * The direction of imports, as docs/architecture.md draws it: `workers → core → shared`, `workers → adapters → shared and
 * core's ports as types`, one package for each dangerous dependency. Prints each breach and exits 1.
 */
import { globSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

interface Room {
  /** What the room may import of ours. `type:` in front: types only. */
  readonly ours: readonly string[];
  /** npm packages, and platform modules. */
  readonly theirs: readonly string[];
}

const ADAPTERS = ['type:core', 'shared'];

const ROOMS: Readonly<Record<string, Room>> = {
  'packages/shared': { ours: [], theirs: ['zod'] },
  'packages/core': { ours: ['shared'], theirs: [] },
  'packages/egress': { ours: ['shared'], theirs: ['ipaddr.js', 'punycode.js'] },
  'packages/aws': { ours: ['egress', 'shared'], theirs: ['aws4fetch'] },
  'packages/s3': { ours: ['aws', 'egress', ...ADAPTERS], theirs: ['@noble/hashes'] },
  'packages/vault': { ours: ['aws', ...ADAPTERS], theirs: [] },
  'packages/db': { ours: [...ADAPTERS], theirs: ['@supabase/postgrest-js', '@supabase/supabase-js', 'jose'] },
  // For whoever uses the API: knows nothing of how it is made.
  'packages/api-client': { ours: [], theirs: ['openapi-fetch'] },
  'packages/observability': { ours: [], theirs: [] },
  // Histories from a seed: the core's verbs on fakes, never a real clock.
  'packages/simulator': {
    ours: ['core', 'db', 'shared', 'testkit'],
    theirs: ['node:child_process', 'node:crypto', 'node:module', 'node:path', 'node:util'],
  },
  // The whole stack under faults: the Workers it wraps, and nothing of what they are made of.
  'packages/chaos': {
    ours: ['api-client', 'engine', 'remediation-worker', 's3', 'simulator', 'testkit'],
    theirs: ['*'],
  },
  'packages/remediation': { ours: ['shared'], theirs: ['*'] },
  // The browser: what crosses the border, and the way over it.
  'apps/web': {
    ours: ['api-client', 'type:shared'],
    theirs: [
      'react',
      'react-dom',
      '@tanstack/react-query',
      '@tanstack/react-router',
      '@radix-ui/react-tabs',
      'lucide-react',
    ],
  },
  // Built on a machine, served as files: the contracts, and what makes pages of them.
  'apps/home': {
    ours: ['shared'],
    theirs: ['node:crypto', 'node:fs', 'node:module', 'node:path', 'github-slugger', 'hono', 'markdown-it'],
  },
  // A Node server. It makes no request of its own, and knows neither a bucket nor the database.
  'apps/processor': {
    ours: ['observability', 'remediation', 'shared'],
    theirs: [
      '@embedpdf/pdfium',
      'node:child_process',
      'node:crypto',
      'node:events',
      'node:fs',
      'node:fs/promises',
      'node:http',
      'node:module',
      'node:net',
      'node:os',
      'node:path',
      'node:stream',
      'node:worker_threads',
      'standardwebhooks',
      'tesseract.js',
      'zod',
    ],
  },
  // Powerless: neither vault, s3 nor aws may ever appear here.
  'workers/api': {
    ours: ['core', 'db', 'observability', 'shared'],
    theirs: ['hono', '@hono/zod-openapi', 'fflate', 'zod'],
  },
  'workers/engine': {
    ours: ['aws', 'core', 'db', 'egress', 'observability', 's3', 'shared', 'vault'],
    theirs: ['zod', 'cloudflare:workers', 'standardwebhooks'],
  },
  // Customers deploy it: nothing but what the platform has.
  'workers/r2-event-receiver': { ours: [], theirs: ['cloudflare:workers'] },
  'workers/remediation': {
    ours: ['egress', 'observability', 'remediation', 'shared'],
    theirs: ['standardwebhooks', 'zod'],
  },
};

/** Each has one home, whatever else a room may use. */
const RESERVED = new Set(['aws4fetch', '@supabase/supabase-js', '@supabase/postgrest-js', 'jose', 'hono']);

const breaches: string[] = [];
const files = globSync(Object.keys(ROOMS).map((room) => `${room}/src/**/*.{ts,tsx}`));

for (const file of files) {
  const path = file.replaceAll('\\', '/');
  const name = path.split('/').slice(0, 2).join('/');
  const room = ROOMS[name];
  if (room === undefined) continue;
  for (const { request, isTypeOnly } of importsOf(path)) {
    const problem = judge(name, room, path, request, isTypeOnly);
    if (problem !== null) breaches.push(`${path}: ${problem}`);
  }
}

function importsOf(path: string): { request: string; isTypeOnly: boolean }[] {
  const { module, errors } = parseSync(path, readFileSync(path, 'utf8'));
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    request: moduleRequest.value,
    isTypeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
  }));
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      entry.moduleRequest === null ? [] : [{ request: entry.moduleRequest.value, isTypeOnly: entry.isType }],
    ),
  );
  const source = readFileSync(path, 'utf8');
  const dynamics = module.dynamicImports.map(({ moduleRequest }) => ({
    request: source.slice(moduleRequest.start, moduleRequest.end).replaceAll(/['"`]/g, ''),
    isTypeOnly: false,
  }));
  return [...statics, ...reexports, ...dynamics];
}

function judge(name: string, room: Room, path: string, request: string, isTypeOnly: boolean): string | null {
  if (request.startsWith('.')) {
    const target = new URL(request, `file:///${path}`).pathname.slice(1);
    return target.startsWith(`${name}/src/`) ? null : `leaves its workspace: ${request}`;
  }
  if (request.startsWith('@sluice/')) {
    const [, target = ''] = request.split('/');
    if (room.ours.includes(target)) return null;
    if (room.ours.includes(`type:${target}`))
      return isTypeOnly ? null : `may import only types of ${request}`;
    return `may not import ${request}`;
  }
  const theirs = request
    .split('/')
    .slice(0, request.startsWith('@') ? 2 : 1)
    .join('/');
  const isAllowed = room.theirs.includes('*') ? !RESERVED.has(theirs) : room.theirs.includes(theirs);
  return isAllowed ? null : `may not import ${request}`;
}

if (breaches.length > 0) {
  process.stderr.write(
    `${breaches.join('\n')}\n${breaches.length} imports go the wrong way; see docs/architecture.md\n`,
  );
  process.exitCode = 1;
} else {
  process.stdout.write(`imports: ${files.length} files follow the rules\n`);
}
