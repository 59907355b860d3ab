import { createCallerClient, createTokenVerifier } from '@sluice/db';
import { createLogger } from '@sluice/observability';
import { type Env, parseEnv } from './env.ts';
import { type App, createApp } from './http/app.ts';
import { addRoutes } from './routes/index.ts';

const log = createLogger({
  service: 'api',
  // oxlint-disable-next-line no-console -- a Worker's log is its console
  write: (line) => console.log(line),
});

const apps = new WeakMap<Env, App>();

const appOf = (env: Env): App => {
  let app = apps.get(env);
  if (app === undefined) {
    const { supabase, engine, aws, limiters } = parseEnv(env);
    app = createApp({
      verifyToken: createTokenVerifier(supabase),
      clientFor: (accessToken) => createCallerClient(supabase, accessToken),
      engine,
      aws,
      limiters,
      log,
    });
    addRoutes(app);
    apps.set(env, app);
  }
  return app;
};

export default {
  fetch: (request, env, context) => appOf(env).fetch(request, env, context),
} satisfies ExportedHandler<Env>;
