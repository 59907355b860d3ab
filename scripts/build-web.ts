/** Builds the web app, if its sources have changed since the last time. */
import { buildWeb } from './web.ts';

await buildWeb();
