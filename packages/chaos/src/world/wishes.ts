/** How a customer has connected their bucket. */
export interface Wish {
  readonly name: string;
  readonly bucket: string;
  /** `fake`: the server that always tells the truth. `r2`: the stack's own, which dies with it. */
  readonly server: 'fake' | 'r2';
  readonly inputPrefix: string;
  readonly outputPrefix: string;
  readonly detectionMode: 'poll' | 'event';
  readonly overwritePolicy: 'reprocess' | 'keep_versions';
}

const FOLDERS = { inputPrefix: 'in/', outputPrefix: 'out/' } as const;

/** One looks, one is told, one hands over the whole bucket, results included, and one keeps every version. */
export const WISHES: readonly Wish[] = [
  {
    name: 'Polled',
    bucket: 'polled-documents',
    server: 'fake',
    ...FOLDERS,
    detectionMode: 'poll',
    overwritePolicy: 'reprocess',
  },
  {
    name: 'Told',
    bucket: 'told-documents',
    server: 'fake',
    ...FOLDERS,
    detectionMode: 'event',
    overwritePolicy: 'reprocess',
  },
  {
    name: 'Whole bucket',
    bucket: 'whole-bucket',
    server: 'fake',
    inputPrefix: '',
    outputPrefix: 'results/',
    detectionMode: 'poll',
    overwritePolicy: 'reprocess',
  },
  {
    name: 'Versions on R2',
    bucket: 'kept-versions',
    server: 'r2',
    ...FOLDERS,
    detectionMode: 'event',
    overwritePolicy: 'keep_versions',
  },
];

const FOLDER_COUNT = 5;
/** Replays are asked for in this folder alone: in every other, a version is charged once and no more. */
export const REPLAYED_FOLDER = 'folder-0/';

/** Where a document lies, below the input prefix. */
export const pathOf = (document: number): string =>
  `folder-${document % FOLDER_COUNT}/document-${document}.pdf`;
