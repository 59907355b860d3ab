import type { ReactNode } from 'react';
import { cx } from '../class-names.ts';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand under one another. */
  readonly isNumeric?: boolean;
}

interface TableProps<Row> {
  /** What the table holds, for those who do not see it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}

/** A table that becomes a list of cards where it has no room. The first column names the row. */
export const Table = <Row,>({ caption, columns, rows, rowKey }: TableProps<Row>) => (
  <div className="@container rounded-lg border border-line bg-surface shadow-card">
    {/* The roles are said because tables shown as blocks lose theirs. */}
    <table role="table" className="block w-full border-collapse @2xl:table">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup" className="sr-only @2xl:not-sr-only @2xl:table-header-group">
        <tr role="row">
          {columns.map(({ id, header, isNumeric }) => (
            <th
              key={id}
              role="columnheader"
              scope="col"
              className={cx(
                'border-b border-line px-4 py-2.5 text-xs font-semibold text-soft',
                isNumeric === true ? 'text-right' : 'text-left',
              )}
            >
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="block divide-y divide-line @2xl:table-row-group">
        {rows.map((row) => (
          <tr role="row" key={rowKey(row)} className="block px-4 py-3 @2xl:table-row @2xl:hover:bg-hover">
            {columns.map(({ id, header, cell, isNumeric }, index) => {
              const classes = cx(
                'flex items-baseline justify-between gap-4 py-1 text-left align-top font-normal @2xl:table-cell @2xl:px-4 @2xl:py-3',
                isNumeric === true && 'numeric @2xl:text-right',
              );
              const content = (
                <>
                  <span aria-hidden className="shrink-0 text-xs text-soft @2xl:hidden">
                    {header}
                  </span>
                  <span className="breakable min-w-0 text-right @2xl:[text-align:inherit]">{cell(row)}</span>
                </>
              );
              return index === 0 ? (
                <th key={id} role="rowheader" scope="row" className={classes}>
                  {content}
                </th>
              ) : (
                <td key={id} role="cell" className={classes}>
                  {content}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
