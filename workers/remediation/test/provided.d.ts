import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    sourceOrigin: string;
    sourceFiles: { readonly path: string; readonly name: string; readonly sizeBytes: number }[];
    nodeProcessor: { url: string; secret: string };
  }
}
