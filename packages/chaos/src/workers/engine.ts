// The engine, with a staging bucket that has faults. Bundled in place of the engine's own entry.
import engine, { EngineRpc } from '@sluice/engine';
import type { GateBinding } from './ask-gate.ts';
import { faultyBucket } from './faulty-bucket.ts';

export { EngineRpc };

type Env = Parameters<typeof engine.queue>[1] & GateBinding;

const withFaults = (env: Env): Env => ({
  ...env,
  WORKING_BUCKET: faultyBucket(env.WORKING_BUCKET, env.CHAOS_GATE),
});

export default {
  fetch: engine.fetch,
  scheduled: (controller, env) => engine.scheduled(controller, withFaults(env)),
  queue: (batch, env) => engine.queue(batch, withFaults(env)),
} satisfies ExportedHandler<Env>;
