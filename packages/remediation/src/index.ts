export { type Conformance, RULES, type RuleId } from './checker/rules.ts';
export { escapeHtml, safeHref } from './html/escape.ts';
export { REMEDIATION_LIMITS, type RemediationLimits } from './limits.ts';
export { RemediationRefused } from './refusal.ts';
export { PROCESSOR, type RemediationOptions, type RemediationResult, remediatePdf } from './remediate.ts';
export type { Notice, RemediationReport } from './report.ts';
