/** One statement of a script, with the line it starts on (from 1). */
export interface SqlStatement {
  text: string;
  line: number;
}

// What may hold a semicolon that ends nothing: comments, quoted strings and names, dollar quotes.
const OPENERS =
  /--|\/\*|[eE]?'|"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|;|\bbegin\s+atomic\b|\bcase\b|\bend\b/giu;

/** Cuts an SQL script into its statements, as `supabase db push` records them: trimmed, no final semicolon. */
export function splitSqlStatements(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = 0;
  let depth = 0; // of `begin atomic … end` bodies, and the `case … end` inside them
  const push = (end: number): void => {
    const raw = script.slice(start, end);
    const text = raw.trim();
    if (hasCode(text)) {
      const offset = start + (raw.length - raw.trimStart().length);
      statements.push({ text, line: script.slice(0, offset).split('\n').length });
    }
    start = end + 1;
  };
  OPENERS.lastIndex = 0;
  for (let match = OPENERS.exec(script); match !== null; match = OPENERS.exec(script)) {
    const token = match[0].toLowerCase();
    if (token === ';') {
      if (depth === 0) push(match.index);
    } else if (token.startsWith('begin')) depth += 1;
    else if (token === 'case') depth += depth > 0 ? 1 : 0;
    else if (token === 'end') depth -= depth > 0 ? 1 : 0;
    else OPENERS.lastIndex = skip(script, match.index, match[0]);
  }
  push(script.length);
  return statements;
}

/** The offset behind the comment, string or name that `opener` begins at `at`. */
function skip(script: string, at: number, opener: string): number {
  const from = at + opener.length;
  const past = (index: number, length: number): number => (index === -1 ? script.length : index + length);
  if (opener === '--') return past(script.indexOf('\n', from), 1);
  if (opener === '/*') return skipBlockComment(script, from);
  if (opener.startsWith('$')) return past(script.indexOf(opener, from), opener.length);
  const quote = opener.slice(-1);
  const escapes = opener.length === 2; // E'…' knows \'
  for (let i = from; i < script.length; i += 1) {
    if (escapes && script[i] === '\\') i += 1;
    else if (script[i] === quote) {
      if (script[i + 1] !== quote) return i + 1;
      i += 1; // a doubled quote stands for itself
    }
  }
  return script.length;
}

function skipBlockComment(script: string, from: number): number {
  let depth = 1; // they nest in Postgres
  for (let i = from; i < script.length; i += 1) {
    const two = script.slice(i, i + 2);
    if (two === '/*') depth += 1;
    else if (two === '*/') depth -= 1;
    else continue;
    i += 1;
    if (depth === 0) return i + 1;
  }
  return script.length;
}

function hasCode(text: string): boolean {
  return text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//gu, '').trim() !== '';
}
