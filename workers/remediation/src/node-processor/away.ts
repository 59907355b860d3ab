/** It cannot be reached, is busy, or broke off: the same job may go well later. Holds no URL. */
export class NodeProcessorAway extends Error {
  constructor(what: string) {
    super(`The Node processor ${what}.`);
    this.name = 'NodeProcessorAway';
  }
}
