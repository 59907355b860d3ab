/** What the Worker wrote into the page about this deployment. */
export interface Config {
  readonly supabaseUrl: string;
  readonly publishableKey: string;
}

const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="sluice-${name}"]`)?.content ?? '';

export const readConfig = (): Config => ({
  supabaseUrl: meta('supabase-url'),
  publishableKey: meta('publishable-key'),
});
