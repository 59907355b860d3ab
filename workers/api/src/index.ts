import { createCallerClient, createTokenVerifier } from '@sluice/db';
import { createLogger } from '@sluice/observability';
import { type Env, parseEnv } from './env.ts';
import { createApp } from './http/app.ts';
import { isRead } from './http/idempotency.ts';
import { isOfResults, serveResult } from './http/result-page.ts';
import { servePage } from './http/web-pages.ts';
import { addRoutes } from './routes/index.ts';

const log = createLogger({
  service: 'api',
  // oxlint-disable-next-line no-console -- a Worker's log is its console
  write: (line) => console.log(line),
});

type Serve = (request: Request, context: ExecutionContext) => Response | Promise<Response>;

const servers = new WeakMap<Env, Serve>();

const isOfApi = ({ url }: Request): boolean => /^\/api(?:\/|$)/.test(new URL(url).pathname);

const serverOf = (env: Env): Serve => {
  let serve = servers.get(env);
  if (serve === undefined) {
    const { supabase, assets, engine, aws, limiters } = parseEnv(env);
    const app = createApp({
      verifyToken: createTokenVerifier(supabase),
      clientFor: (accessToken) => createCallerClient(supabase, accessToken),
      engine,
      aws,
      limiters,
      log,
    });
    addRoutes(app);
    serve = (request, context) => {
      const ask = async (asked: Request) => {
        const answer = Promise.resolve(app.fetch(asked, env, context));
        // A connection that breaks ends its request: what was begun is brought to its end, and noted under its key, all the same.
        if (!isRead(asked)) context.waitUntil(answer.catch(() => undefined));
        return answer;
      };
      if (isOfApi(request)) return ask(request);
      if (isOfResults(request)) return serveResult(request, ask);
      return servePage(request, { assets, supabase });
    };
    servers.set(env, serve);
  }
  return serve;
};

export default {
  fetch: (request, env, context) => serverOf(env)(request, context),
} satisfies ExportedHandler<Env>;
