export { type Conformance, RULES, type RuleId } from './checker/rules.ts';
export type { FigureDescriber, UndescribedFigure } from './figures/describe-figures.ts';
export { escapeHtml, safeHref } from './html/escape.ts';
export { NODE_REMEDIATION_LIMITS, REMEDIATION_LIMITS, type RemediationLimits } from './limits.ts';
export type { RecognisedPage, RecognisedWord, TextRecogniser } from './ocr/text-recogniser.ts';
export { processReport } from './process-report.ts';
export { RemediationRefused } from './refusal.ts';
export {
  PROCESSOR,
  type RemediationOptions,
  type RemediationProgress,
  type RemediationResult,
  remediatePdf,
} from './remediate.ts';
export type { Notice, RemediationReport } from './report.ts';
