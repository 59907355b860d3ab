import type { Conformance as JobConformance, ProcessReport } from '@sluice/shared';
import { type Conformance, RULES } from './checker/rules.ts';
import type { RemediationReport } from './report.ts';

/** A report as the contract between the engine and its processors has it. */
export function processReport(report: RemediationReport): ProcessReport {
  const { processor, title, language, characters, notices, conformance } = report;
  return {
    processor,
    title,
    language,
    characters,
    notices: [...notices],
    conformance: { before: reported(conformance.before), after: reported(conformance.after) },
  };
}

function reported({ score, failures }: Conformance): JobConformance {
  return { score, failures: failures.map(({ rule, count }) => ({ rule, title: RULES[rule].title, count })) };
}
