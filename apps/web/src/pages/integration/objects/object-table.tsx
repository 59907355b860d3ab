import { formatBytes, formatCount } from '../../../format/format.ts';
import { Time } from '../../../format/time.tsx';
import { Badge } from '../../../ui/data/badge.tsx';
import { Table } from '../../../ui/data/table.tsx';
import { STATES } from '../words.ts';
import type { S3Object } from './object-queries.ts';

interface ObjectTableProps {
  readonly objects: readonly S3Object[];
  readonly inputPrefix: string;
  readonly onOpen: (id: string) => void;
}

/** Objects with what became of them. The name opens its history. */
export const ObjectTable = ({ objects, inputPrefix, onOpen }: ObjectTableProps) => (
  <Table
    caption="Objects found in the bucket"
    rows={objects}
    rowKey={({ id }) => id}
    columns={[
      {
        id: 'key',
        header: 'Name',
        cell: ({ id, key, isCurrent }) => (
          <>
            <button
              type="button"
              onClick={() => onOpen(id)}
              className="breakable text-left font-semibold text-accent underline-offset-3 hover:underline"
            >
              {key.startsWith(inputPrefix) ? key.slice(inputPrefix.length) : key}
            </button>
            {!isCurrent && <span className="block text-xs text-soft">An earlier version</span>}
          </>
        ),
      },
      {
        id: 'state',
        header: 'State',
        cell: ({ state, reason }) => (
          <span className="inline-grid justify-items-end gap-0.5 @2xl:justify-items-start">
            <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>
            {reason !== null && <span className="text-xs text-soft">{reason.title}</span>}
          </span>
        ),
      },
      { id: 'size', header: 'Size', isNumeric: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
      {
        id: 'pages',
        header: 'Pages',
        isNumeric: true,
        cell: ({ pages }) => (pages === null ? <span className="text-soft">–</span> : formatCount(pages)),
      },
      {
        id: 'score',
        header: 'Accessibility',
        isNumeric: true,
        cell: ({ scoreBefore, scoreAfter }) =>
          scoreAfter === null ? (
            <span className="text-soft">–</span>
          ) : (
            <>
              {scoreAfter} <span className="text-soft">of 100</span>
              <span className="block text-xs text-soft">{scoreBefore} before</span>
            </>
          ),
      },
      { id: 'found', header: 'Found', isNumeric: true, cell: ({ foundAt }) => <Time at={foundAt} /> },
    ]}
  />
);
