import type { Conformance as JobConformance, ProcessReport } from '@sluice/shared';
import { type Conformance, RULES } from './checker/rules.ts';
import type { Notice, RemediationReport } from './report.ts';

/** A report as the contract between the engine and its processors has it. */
export function processReport(report: RemediationReport): ProcessReport {
  const { processor, title, language, characters, notices, conformance } = report;
  return {
    processor,
    title,
    language,
    characters,
    notices: [...notices],
    noticePages: noticePages(report),
    conformance: { before: reported(conformance.before), after: reported(conformance.after) },
  };
}

/** Of how many pages a notice speaks, where it speaks of pages. */
function noticePages(report: RemediationReport): Record<string, number> {
  const pages: Partial<Record<Notice, number>> = {
    scanned_pages: report.scannedPages,
    text_recognised: report.recognisedPages,
    recognised_text_uncertain: report.uncertainPages,
  };
  return Object.fromEntries(Object.entries(pages).filter(([, count]) => count > 0));
}

function reported({ score, failures }: Conformance): JobConformance {
  return { score, failures: failures.map(({ rule, count }) => ({ rule, title: RULES[rule].title, count })) };
}
