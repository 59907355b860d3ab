/** Loaded before anything else of a simulation with a mutant: changes the source of one file as it is read. */
import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

const mutant = MUTANTS.find(({ name }) => name === process.env['SLUICE_MUTANT']);
if (mutant === undefined) throw new Error('There is no such mutant.');

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/${mutant.file}`) || loaded.source === null || loaded.source === undefined)
      return loaded;
    const { source: raw } = loaded;
    const source = typeof raw === 'string' ? raw : new TextDecoder().decode(raw);
    const [before, after, ...more] = source.split(mutant.find);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(`${mutant.file} does not hold once: ${mutant.find}`);
    return { ...loaded, source: `${before}${mutant.replace}${after}` };
  },
});
