/**
 * Every path a document names must exist: links to files, and code spans that look like paths of this repository. Prints
 * each that does not and exits 1.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const roots = new Set(tracked.map((file) => file.split('/')[0]));
const documents = tracked.filter((file) => file.endsWith('.md'));
const problems: string[] = [];

for (const document of documents) {
  // Fenced blocks show commands and output, not paths to follow.
  const text = readFileSync(document, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:|^#|^\//.test(target)) continue;
    const path = normalize(join(dirname(document), decodeURIComponent(target.replace(/#.*$/, ''))));
    if (!existsSync(path)) problems.push(`${document}: the link ${target} leads nowhere`);
  }
  for (const [, span = ''] of text.matchAll(/`([^`\n]+)`/g)) {
    const path = span.replace(/:\d+$/, '');
    if (!/^[\w.@-]+(\/[\w.@-]+)+\/?$/.test(path)) continue;
    const [first = ''] = path.split('/');
    // From the top of the repository, or from where the document lies.
    const below = join(dirname(document), first);
    const isLocal = dirname(document) !== '.' && existsSync(below);
    if (!roots.has(first) && !isLocal) continue;
    if (!existsSync(path) && !existsSync(join(dirname(document), path)))
      problems.push(`${document}: there is no ${path}`);
  }
}

// Comments in code and SQL that name a document are held to the same.
for (const file of tracked.filter((name) => /\.(ts|sql|toml)$/.test(name))) {
  for (const [path] of readFileSync(file, 'utf8').matchAll(/\bdocs\/[\w./-]+\.md\b/g)) {
    if (!existsSync(path)) problems.push(`${file}: there is no ${path}`);
  }
}

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`doc paths: ${documents.length} documents name only what exists\n`);
}
