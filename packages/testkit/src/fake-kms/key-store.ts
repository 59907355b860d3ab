import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { KmsFault } from './kms-fault.ts';

export type Context = Readonly<Record<string, string>>;

interface FakeKey {
  readonly arn: string;
  /** The last one encrypts; every one decrypts. */
  readonly materials: Buffer[];
  enabled: boolean;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

/** Pairs in any order are the same context, as in KMS. */
const additionalData = (arn: string, context: Context): Buffer =>
  Buffer.from(JSON.stringify([arn, Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))]));

/** The keys of one fake account, and the cryptography of a ciphertext blob. */
export class KeyStore {
  readonly #keys = new Map<string, FakeKey>();
  readonly #aliases = new Map<string, string>();
  readonly #prefix: string;

  constructor(region: string) {
    this.#prefix = `arn:aws:kms:${region}:111122223333:`;
  }

  createKey(): string {
    const arn = `${this.#prefix}key/${randomUUID()}`;
    this.#keys.set(arn, { arn, materials: [randomBytes(32)], enabled: true });
    return arn;
  }

  /** Points `alias/…` at a key, also when it pointed elsewhere. */
  setAlias(alias: string, keyId: string): void {
    this.#aliases.set(alias, this.find(keyId).arn);
  }

  /** New material under the same ARN. */
  rotate(keyId: string): void {
    this.find(keyId).materials.push(randomBytes(32));
  }

  setEnabled(keyId: string, enabled: boolean): void {
    this.find(keyId).enabled = enabled;
  }

  /** By ARN, key id, alias name or alias ARN. */
  find(keyId: unknown): FakeKey {
    const name = typeof keyId === 'string' ? keyId : '';
    const short = name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name;
    const arn = short.startsWith('alias/')
      ? this.#aliases.get(short)
      : `${this.#prefix}${short.startsWith('key/') ? short : `key/${short}`}`;
    const key = arn === undefined ? undefined : this.#keys.get(arn);
    if (!key) throw new KmsFault('NotFoundException', 400, `Key '${name}' does not exist`);
    return key;
  }

  findEnabled(keyId: unknown): FakeKey {
    const key = this.find(keyId);
    if (!key.enabled) throw new KmsFault('DisabledException', 400, `${key.arn} is disabled.`);
    return key;
  }

  encrypt(key: FakeKey, plaintext: Buffer, context: Context): Buffer {
    const version = key.materials.length - 1;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.materials[version] ?? Buffer.alloc(0), nonce);
    cipher.setAAD(additionalData(key.arn, context));
    const arn = Buffer.from(key.arn);
    return Buffer.concat([
      Buffer.from([FORMAT, version, arn.length]),
      arn,
      nonce,
      cipher.update(plaintext),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
  }

  /** @param expectedKeyId the KeyId of the request, if it names one */
  decrypt(blob: Buffer, context: Context, expectedKeyId?: unknown): { key: FakeKey; plaintext: Buffer } {
    const invalid = new KmsFault('InvalidCiphertextException', 400, '');
    const arnEnd = 3 + (blob[2] ?? 0);
    if (blob[0] !== FORMAT || blob.length < arnEnd + NONCE_BYTES + TAG_BYTES) throw invalid;
    const key = this.#keys.get(blob.subarray(3, arnEnd).toString());
    const material = key?.materials[blob[1] ?? -1];
    if (!key || !material) throw invalid;
    if (expectedKeyId !== undefined && this.find(expectedKeyId).arn !== key.arn) {
      throw new KmsFault(
        'IncorrectKeyException',
        400,
        'The key ID in the request does not identify the CMK.',
      );
    }
    this.findEnabled(key.arn);
    try {
      const nonceEnd = arnEnd + NONCE_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', material, blob.subarray(arnEnd, nonceEnd));
      decipher.setAAD(additionalData(key.arn, context));
      decipher.setAuthTag(blob.subarray(-TAG_BYTES));
      const head = decipher.update(blob.subarray(nonceEnd, -TAG_BYTES));
      return { key, plaintext: Buffer.concat([head, decipher.final()]) };
    } catch {
      throw invalid;
    }
  }
}
