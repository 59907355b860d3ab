import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printedDir } from '../samples/printed/index.ts';
import { RECIPES } from '../samples/printed/recipes.ts';
import { missingPrograms, Workshop } from '../samples/printed/workshop.ts';

/** Prints the samples in packages/testkit/samples anew: `npm run samples [-- name…]`. */
const missing = missingPrograms();
if (missing.length > 0) throw new Error(`needs ${missing.join(', ')}`);
const wanted = process.argv.slice(2);
const shop = new Workshop();
mkdirSync(shop.path('made'));
mkdirSync(printedDir, { recursive: true });
let bytes = 0;
for (const [name, recipe] of Object.entries(RECIPES)) {
  const pdf = await recipe(shop);
  writeFileSync(shop.path(`made/${name}.pdf`), pdf);
  bytes += pdf.length;
  if (wanted.length === 0 || wanted.includes(name)) writeFileSync(join(printedDir, `${name}.pdf`), pdf);
  process.stdout.write(`${name.padEnd(28)} ${pdf.length}\n`);
}
for (const file of readdirSync(printedDir))
  if (!(file.replace(/\.pdf$/, '') in RECIPES)) rmSync(join(printedDir, file));
rmSync(shop.folder, { recursive: true });
process.stdout.write(`${Object.keys(RECIPES).length} files, ${bytes} bytes\n`);
