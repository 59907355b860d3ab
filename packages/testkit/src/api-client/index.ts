export { type Answer, apiUrl, at, call, fieldsOf, loadDocument, stringAt, withoutRequestId } from './call.ts';
export {
  type Conformance,
  type OpenApiDocument,
  type Operation,
  operationsOf,
  takesToken,
} from './conformance.ts';
export { genericBody, newDraft, newIntegration, newTenant } from './integrations.ts';
