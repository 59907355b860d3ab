import { type EngineResult, SluiceError } from '@sluice/shared';

/** The value of an engine's answer, or its error, thrown as it was meant. */
export const unwrapEngine = <T>(result: EngineResult<T>): T => {
  if (result.ok) return result.value;
  const { code, detail, fields } = result.error;
  throw new SluiceError(code, { ...(detail === null ? {} : { detail }), fields });
};
