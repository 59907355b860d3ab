export { type Answer, emptyAnswer, errorAnswer, type FakeRequest, xmlAnswer } from './answer.ts';
export type { Fault } from './faults.ts';
export * as faults from './faults.ts';
export { FAKE_IDENTITY, type FakeS3, type FakeS3Options, startFakeS3 } from './server.ts';
export { type Identity, SignatureProblem, type SignedParts, verifySignature } from './sigv4.ts';
export { FakeBucket, type StoredObject } from './store.ts';
export type { FakeRole } from './sts.ts';
