import { COPIED_FILES } from './src/site/assets.ts';
import { readGuide } from './src/site/guide.ts';
import { PROBLEMS } from './src/site/problems.ts';
import { readSite } from './src/site/site.ts';

/** The part of Eleventy's configuration object that is used here; it ships no types. */
interface EleventyConfig {
  addExtension(extension: string, options: { key: string }): void;
  addTemplateFormats(format: string): void;
  addGlobalData(name: string, data: unknown): void;
  addPassthroughCopy(files: Record<string, string>): void;
  addWatchTarget(path: string): void;
}

export default function configure(config: EleventyConfig) {
  config.addExtension('11ty.ts', { key: '11ty.js' });
  config.addTemplateFormats('11ty.ts');
  config.addWatchTarget('../../docs/user');
  config.addGlobalData('site', () => readSite(process.env));
  config.addGlobalData('guide', readGuide);
  config.addGlobalData('problems', () => PROBLEMS);
  config.addPassthroughCopy(COPIED_FILES);
  return { dir: { input: 'src/pages', output: 'dist', includes: '../layouts', data: '../data' } };
}
