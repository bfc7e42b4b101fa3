export { LOG_LEVELS, createLogger, type Logger, type LoggerOptions } from './create-logger.ts';
export { redactLine } from './redact.ts';
