/** An error answer of the service. */
export class KmsFault extends Error {
  override readonly name = 'KmsFault';
  readonly type: string;
  readonly status: number;

  constructor(type: string, status: number, message: string) {
    super(message);
    this.type = type;
    this.status = status;
  }
}
