import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const BASE =
  /\/node_modules\/(?:react|react-dom|scheduler|@tanstack|openapi-fetch)\/|\/api-client\/src\/|\/src\/(?:app|format)\/|\/src\/ui\/(?:class-names|actions|states|overlays\/toast|data\/badge)/;

/** What every page takes is asked for with the page: the typeface, and the scripts the first one imports. */
const preload: Plugin = {
  name: 'preload',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle = {}, chunk }) => [
      ...(chunk?.imports ?? []).map((file) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', href: `/${file}`, crossorigin: true },
        injectTo: 'head' as const,
      })),
      ...Object.keys(bundle)
        .filter((file) => file.endsWith('.woff2'))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: true },
          injectTo: 'head' as const,
        })),
    ],
  },
};

export default defineConfig({
  // Its optimizer writes `light-dark()` for browsers that lack it, in a way that does not follow the theme.
  plugins: [react(), tailwindcss({ optimize: false }), preload],
  resolve: {
    // React 19 has itself what TanStack Store brings for React 16 and 17.
    alias: { 'use-sync-external-store/shim/with-selector': 'use-sync-external-store/with-selector' },
  },
  build: {
    target: 'es2023',
    cssTarget: ['chrome125', 'edge125', 'firefox128', 'safari18'],
    // Everything is a file: `data:` addresses would have to be let in by the content security policy.
    assetsInlineLimit: 0,
    // The page itself preloads; pages loaded later are a file or two, and need no script for that.
    modulePreload: false,
    // One file of what every page takes: several compress worse.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'base', test: BASE }] } },
    },
    // For the budget of scripts/checks/check-web-budget.ts: which files the first page takes.
    manifest: true,
    // The preload helper would put styles into the page from script.
    cssCodeSplit: false,
  },
});
