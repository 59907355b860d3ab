import type { Env } from '../../workers/api/src/env.ts';
import type { RateLimiter } from '../../workers/api/src/http/rate-limits.ts';
import worker from '../../workers/api/src/index.ts';

const unlimited: RateLimiter = { limit: async () => ({ success: true }) };

/** The api keeps what it made of its bindings for as long as they are the same object, as they are on Cloudflare. */
let bindings: Env | undefined;

/** The api Worker with nothing behind it that a read would ask, and without rate limits, as on the local stack. */
export default {
  fetch: (request, vars, context) => {
    bindings ??= {
      ...vars,
      READ_LIMIT: unlimited,
      WRITE_LIMIT: unlimited,
      SENSITIVE_LIMIT: unlimited,
      OPEN_LIMIT: unlimited,
      EVENT_LIMIT: unlimited,
    };
    return worker.fetch(request, bindings, context);
  },
} satisfies ExportedHandler<Env>;
