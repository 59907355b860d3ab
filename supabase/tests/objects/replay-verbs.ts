import { type Connection, EPOCH, type ObjectWorld, rpc, type Seed } from './object-world.ts';

export interface Filter {
  readonly states?: readonly string[];
  readonly reasons?: readonly string[];
  readonly prefix?: string;
  readonly from?: number;
  readonly to?: number;
  readonly objectId?: string;
}
interface Preview {
  replayId: string;
  asOf: string;
  objects: number;
  bytes: number;
  superseded: number;
  leftAlone: number;
  knownPages: number;
  unknownObjects: number;
}
interface ReplayRow {
  status: string;
  replayed_objects: number;
  superseded_objects: number;
  examined_objects: number;
}

export const ENDED = ['written_back', 'skipped', 'failed', 'dead'];
const at = (seconds: number) => new Date(EPOCH + seconds * 1000).toISOString();
const argumentsOf = (
  { integrationId }: Connection,
  { states, reasons, prefix, from, to, objectId }: Filter,
) => ({
  p_integration_id: integrationId,
  p_states: states ?? ENDED,
  ...(reasons === undefined ? {} : { p_reasons: reasons }),
  ...(prefix === undefined ? {} : { p_prefix: prefix }),
  ...(from === undefined ? {} : { p_found_from: at(from) }),
  ...(to === undefined ? {} : { p_found_to: at(to) }),
  ...(objectId === undefined ? {} : { p_object_id: objectId }),
});
export const preview = (connection: Connection, filter: Filter) =>
  rpc<Preview>(connection, 'preview_s3_replay', argumentsOf(connection, filter));
export const begin = (connection: Connection, filter: Filter, shown: Preview) =>
  rpc<string>(connection, 'create_s3_replay', {
    ...argumentsOf(connection, filter),
    p_replay_id: shown.replayId,
    p_as_of: shown.asOf,
    p_expected_objects: shown.objects,
  });

export const failed = (count: number, more: Partial<Seed> = {}): Seed[] =>
  Array.from({ length: count }, (_, n) => ({
    key: `k${n}.pdf`,
    state: 'failed',
    reason: 'pdf_corrupt',
    ...more,
  }));

/** The engine's part, and what became of it. */
export const engineOf = ({ replays, rows }: Pick<ObjectWorld, 'replays' | 'rows'>) => {
  const batch = (limit = 1000, scan = 20_000, maxWaiting = 5_000) =>
    replays.runBatch({ limit, scan, maxWaiting });
  const runAll = async (limit = 1000, scan = 20_000): Promise<void> => {
    for (let n = 0; n < 1000; n += 1) if ((await batch(limit, scan)) === null) return;
    throw new Error('the replays do not end');
  };
  const replay = async (id: string): Promise<ReplayRow> => {
    const [row] = await rows<ReplayRow>('select * from public.s3_replays where id = $1', [id]);
    if (row === undefined) throw new Error('no such replay');
    return row;
  };
  /** Ids of the objects that were taken up. */
  const takenUp = async ({ integrationId }: Connection): Promise<string[]> =>
    (
      await rows<{ id: string }>(
        `select id from public.s3_processed_objects where integration_id = $1 and revision > 1 and state = 'found' order by id`,
        [integrationId],
      )
    ).map(({ id }) => id);
  return { batch, runAll, replay, takenUp };
};
