import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer, problem } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { decodePreview, encodePreview } from './preview-token.ts';
import { CountedReplay, filterArguments, previewOf, readReplay } from './read-model.ts';
import { CreateReplay, REPLAY_EXAMPLES, Replay, ReplayPreview } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/replays',
  summary: 'Process objects again: preview, then begin',
  description:
    'Chooses objects in which work has ended, by prefix, date, reason or state, or one by its id. With `"preview": true` it says how many, how large, and what it would cost, and changes nothing. With the `previewToken` of that answer it begins, and never takes up more than the preview showed; sent twice, it begins once. Objects that a newer version has replaced are left alone, and so are results of ours. Processing again costs what processing costs, also of objects written back before. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    body: {
      required: true,
      content: { 'application/json': { schema: CreateReplay, examples: REPLAY_EXAMPLES } },
    },
  },
  responses: {
    200: { description: 'The preview.', content: { 'application/json': { schema: ReplayPreview } } },
    202: {
      description: 'Begun; goes on in batches.',
      headers: z.object({ location: z.string().openapi({ description: 'Path of the replay.' }) }),
      content: { 'application/json': { schema: Replay } },
    },
    ...adminProblems,
    409: problem(
      'What the filter chooses has changed since the preview: ask for another. Or too many replays are under way.',
      'conflict',
      'quota_reached',
    ),
  },
});

export const createReplayRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { filter, previewToken } = c.req.valid('json');
    const chosen = { p_integration_id: id, ...filterArguments(filter) };
    if (previewToken === undefined) {
      const counted = CountedReplay.parse(unwrap(await db.rpc('preview_s3_replay', chosen)));
      const { replayId, asOf, objects, isTooMany } = counted;
      const token = isTooMany ? null : await encodePreview({ id: replayId, asOf, objects }, filter);
      return c.json(previewOf(counted, token), 200);
    }
    const shown = await decodePreview(previewToken, filter);
    const replayId = unwrap(
      await db.rpc('create_s3_replay', {
        ...chosen,
        p_replay_id: shown.id,
        p_as_of: shown.asOf,
        p_expected_objects: shown.objects,
      }),
    );
    return c.json(await readReplay(db, id, replayId), 202, {
      location: `/api/integrations/s3/${id}/replays/${replayId}`,
    });
  });
