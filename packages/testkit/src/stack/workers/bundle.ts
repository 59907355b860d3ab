import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Plugin, stop } from 'esbuild';

/** A module as Miniflare takes it. */
interface WorkerModule {
  type: 'ESModule' | 'Text' | 'Data' | 'CompiledWasm';
  path: string;
  contents: string | Uint8Array<ArrayBuffer>;
}

export interface WorkerBundle {
  modulesRoot: string;
  modules: WorkerModule[];
}

// wrangler's default module rules.
const ASSET_TYPES: [RegExp, Exclude<WorkerModule['type'], 'ESModule'>][] = [
  [/\.(txt|html|sql)$/, 'Text'],
  [/\.bin$/, 'Data'],
  [/\.wasm(\?module)?$/, 'CompiledWasm'],
];

const BUILTINS = builtinModules.filter((name) => !name.startsWith('_')).join('|');
const BARE_BUILTIN = new RegExp(`^(?:${BUILTINS})$`);
const ANY_BUILTIN = new RegExp(`^(?:node:.*|${BUILTINS})$`);

/**
 * Bundles a Worker for workerd with nodejs_compat.
 * @param define replacements as in wrangler's config.
 * @throws with esbuild's message: file, line, what is wrong.
 */
export async function bundleWorker(main: string, define: Record<string, string>): Promise<WorkerBundle> {
  const assets = new Map<string, WorkerModule>();
  const modulesRoot = dirname(main);
  const result = await build({
    entryPoints: [main],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    external: ['cloudflare:*'],
    define: { 'process.env.NODE_ENV': '"production"', ...define },
    sourcemap: 'inline',
    sourcesContent: false,
    outfile: join(modulesRoot, 'worker.mjs'),
    logLevel: 'silent',
    plugins: [nodeBuiltins, assetModules(assets, modulesRoot)],
  });
  const code = result.outputFiles[0]?.text ?? '';
  return {
    modulesRoot,
    modules: [
      { type: 'ESModule', path: join(modulesRoot, 'worker.mjs'), contents: code },
      ...assets.values(),
    ],
  };
}

/** Ends esbuild's service process. */
export async function stopBundler(): Promise<void> {
  await stop();
}

const nodeBuiltins: Plugin = {
  name: 'node-builtins',
  setup(plugin) {
    // workerd has them as ES modules only, so a require() of one goes over a module that imports it.
    plugin.onResolve({ filter: ANY_BUILTIN }, (args) => {
      if (args.kind === 'require-call') return { path: args.path, namespace: 'required-builtin' };
      return { path: BARE_BUILTIN.test(args.path) ? `node:${args.path}` : args.path, external: true };
    });
    plugin.onLoad({ filter: /.*/, namespace: 'required-builtin' }, ({ path }) => ({
      contents: `import builtin from '${path.startsWith('node:') ? path : `node:${path}`}'; module.exports = builtin;`,
      loader: 'js',
    }));
  },
};

function assetModules(found: Map<string, WorkerModule>, modulesRoot: string): Plugin {
  return {
    name: 'asset-modules',
    setup(plugin) {
      for (const [filter, type] of ASSET_TYPES) {
        plugin.onResolve({ filter }, async (args) => {
          if (args.pluginData === 'resolved') return undefined;
          const { path, errors } = await plugin.resolve(args.path.replace(/\?module$/, ''), {
            importer: args.importer,
            resolveDir: args.resolveDir,
            kind: args.kind,
            pluginData: 'resolved',
          });
          if (errors.length > 0) return { errors };
          // Two files of one name must not meet in the flat folder of the bundle.
          const name = found.get(path)?.path ?? join(modulesRoot, `${found.size}-${basename(path)}`);
          if (!found.has(path)) {
            const contents =
              type === 'Text' ? await readFile(path, 'utf8') : new Uint8Array(await readFile(path));
            found.set(path, { type, path: name, contents });
          }
          return { path: `./${basename(name)}`, external: true };
        });
      }
    },
  };
}
