import { receiveS3Events } from '@sluice/core';
import {
  asSluiceError,
  type EngineResult,
  EventDelivery,
  type EventReceipt,
  SluiceError,
} from '@sluice/shared';
import { logOf } from '../log.ts';
import type { Engine } from '../wiring.ts';
import { dispatchSoon } from './dispatch-soon.ts';

/**
 * The one door for which nobody is signed in: the delivery has to prove itself. `waitUntil` takes what goes on after the
 * answer, for which the sender does not wait.
 */
export const receiveDelivery = async (
  engine: Engine,
  input: EventDelivery,
  waitUntil: (work: Promise<void>) => void,
): Promise<EngineResult<EventReceipt>> => {
  const log = logOf('s3-ingest');
  try {
    const delivery = EventDelivery.safeParse(input);
    if (!delivery.success) throw new SluiceError('invalid_secret', { cause: delivery.error });
    const value = await receiveS3Events(engine.events, delivery.data);
    if (value.recorded > 0) waitUntil(dispatchSoon(engine));
    waitUntil(engine.flushCalls());
    return { ok: true, value };
  } catch (thrown) {
    const error = asSluiceError(thrown);
    const fields = { requestId: input.requestId, code: error.code };
    if (error.entry.status >= 500) log.error('eventFailed', { ...fields, error: thrown });
    else log.info('eventRejected', fields);
    return {
      ok: false,
      error: { code: error.code, detail: error.detail ?? null, fields: error.fields },
    };
  }
};
