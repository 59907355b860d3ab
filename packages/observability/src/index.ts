export {
  createLogger,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  type WideEvent,
} from './logger.ts';
export { createRedactor, type Plain, redact, type Redactor, redactText } from './redact.ts';
