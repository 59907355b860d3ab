import { randomBytes } from 'node:crypto';
import type { Context, KeyStore } from './key-store.ts';
import { KmsFault } from './kms-fault.ts';

type Input = Readonly<Record<string, unknown>>;
type Operation = (store: KeyStore, input: Input) => Record<string, unknown>;

const MAX_PLAINTEXT_BYTES = 4096;
const MAX_CIPHERTEXT_BYTES = 6144;

const validation = (why: string): KmsFault => new KmsFault('ValidationException', 400, why);

const blob = (input: Input, name: string, maxBytes: number): Buffer => {
  const text = input[name];
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length === 0 || bytes.length > maxBytes) {
    throw validation(`${name} must be 1 to ${maxBytes} bytes`);
  }
  return bytes;
};

const contextOf = (input: Input, name = 'EncryptionContext'): Context => {
  const value = input[name] ?? {};
  const isContext =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string');
  if (!isContext) throw new KmsFault('SerializationException', 400, `${name} is not a map of strings`);
  return value as Context;
};

const algorithms = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };

/** The operations, by the name after `TrentService.`. Source: AWS KMS API reference. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  Encrypt: (store, input) => {
    const plaintext = blob(input, 'Plaintext', MAX_PLAINTEXT_BYTES);
    const key = store.findEnabled(input['KeyId']);
    const ciphertext = store.encrypt(key, plaintext, contextOf(input));
    return { KeyId: key.arn, CiphertextBlob: ciphertext.toString('base64'), ...algorithms };
  },
  Decrypt: (store, input) => {
    const ciphertext = blob(input, 'CiphertextBlob', MAX_CIPHERTEXT_BYTES);
    const { key, plaintext } = store.decrypt(ciphertext, contextOf(input), input['KeyId']);
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), ...algorithms };
  },
  GenerateDataKey: (store, input) => {
    const bySpec = input['KeySpec'] === 'AES_256' ? 32 : input['KeySpec'] === 'AES_128' ? 16 : undefined;
    const size = bySpec ?? input['NumberOfBytes'];
    if (typeof size !== 'number' || size < 1 || size > 1024) throw validation('KeySpec or NumberOfBytes');
    const key = store.findEnabled(input['KeyId']);
    const plaintext = randomBytes(size);
    const ciphertext = store.encrypt(key, plaintext, contextOf(input));
    return {
      KeyId: key.arn,
      Plaintext: plaintext.toString('base64'),
      CiphertextBlob: ciphertext.toString('base64'),
    };
  },
  ReEncrypt: (store, input) => {
    const source = store.decrypt(
      blob(input, 'CiphertextBlob', MAX_CIPHERTEXT_BYTES),
      contextOf(input, 'SourceEncryptionContext'),
      input['SourceKeyId'],
    );
    const key = store.findEnabled(input['DestinationKeyId']);
    const ciphertext = store.encrypt(key, source.plaintext, contextOf(input, 'DestinationEncryptionContext'));
    return { SourceKeyId: source.key.arn, KeyId: key.arn, CiphertextBlob: ciphertext.toString('base64') };
  },
  DescribeKey: (store, input) => {
    const { arn, enabled } = store.find(input['KeyId']);
    return {
      KeyMetadata: {
        Arn: arn,
        KeyId: arn.split('/')[1],
        Enabled: enabled,
        KeyState: enabled ? 'Enabled' : 'Disabled',
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyUsage: 'ENCRYPT_DECRYPT',
      },
    };
  },
};
