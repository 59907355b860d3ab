/** How a provider tells of changes. */
export interface EventHabits {
  readonly form: 's3' | 'r2' | 'b2';
  /** Whether its events say which came first. Only of form `s3`. */
  readonly hasSequencer: boolean;
  readonly loses: number;
  readonly doubles: number;
  /** Events that come minutes or hours late, and so out of order. */
  readonly delays: number;
}
