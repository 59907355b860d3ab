export * from './errors/catalogue.ts';
export * from './errors/sluice-error.ts';
export * from './processor/contract.ts';
