import { SluiceError } from '@sluice/shared';

/**
 * Does `work`; what it finds invalid in the database is about `field`.
 *
 * @throws what `work` throws, `invalid_request` with the field named.
 */
export const naming = async <T>(field: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'invalid_request') throw error;
    throw new SluiceError('invalid_request', {
      fields: [{ field, message: 'Use the nextCursor of the page before, unchanged, or leave it out.' }],
      cause: error,
    });
  }
};
