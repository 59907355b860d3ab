import { Fragment } from 'react';

/** Text of the API with its `code` marked. */
export const Prose = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // oxlint-disable-next-line react/no-array-index-key -- parts of one text never move
      <code key={index} className="breakable rounded-sm bg-sunken px-1">
        {part}
      </code>
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- parts of one text never move
      <Fragment key={index}>{part}</Fragment>
    ),
  );
