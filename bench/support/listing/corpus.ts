export const OBJECTS = 100_000;
export const BUCKET = 'bench';
export const CREDENTIALS = {
  accessKeyId: 'AKIABENCHBENCHBENCH1',
  secretAccessKey: 'benchSecretBenchSecretBenchSecret0000001',
};

/** Folders of 50, names of ordinary length with a blank in each. */
export const keyOf = (index: number): string =>
  `clients/${String(index % 37).padStart(2, '0')}/2026/${String(Math.floor(index / 50)).padStart(5, '0')}/contract ${index}.pdf`;

/** What the server process says: where it is, then how often it was asked since. */
export type ServerMessage = { readonly fast: string; readonly slow: string } | { readonly listCalls: number };
