export {
  createLogger,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  type WideEvent,
} from './logger.ts';
export { createRedactor, type Plain, type Redactor, redact, redactText } from './redact.ts';
