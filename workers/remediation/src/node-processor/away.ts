/** It cannot be reached, is busy, or broke off: the same job may go well later. Holds no URL. */
export class NodeProcessorAway extends Error {
  constructor(what: string) {
    super(`The Node processor ${what}.`);
    this.name = 'NodeProcessorAway';
  }
}

/** The process that worked on it ended without an answer: that may be the document, or a fault of ours. */
export class DocumentEndedProcess extends Error {
  constructor() {
    super('The document ended its process.');
    this.name = 'DocumentEndedProcess';
  }
}
