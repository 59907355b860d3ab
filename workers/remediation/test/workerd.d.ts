// The tests are type-checked beside Node's types; of workerd they use this much.
declare module 'cloudflare:workers' {
  interface StagedObject {
    readonly customMetadata?: Record<string, string>;
    readonly httpMetadata?: { readonly contentType?: string };
    arrayBuffer(): Promise<ArrayBuffer>;
    text(): Promise<string>;
  }
  export const env: {
    readonly WORKING_BUCKET: {
      get(key: string): Promise<StagedObject | null>;
      list(options: { prefix: string }): Promise<{ readonly objects: readonly unknown[] }>;
    };
  };
  export const exports: { readonly default: { fetch(url: string, init?: RequestInit): Promise<Response> } };
}
