/** Writes one line of JSON. Nothing secret, and no card number, is ever a field. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

export const createLog =
  (stream: NodeJS.WritableStream): Log =>
  (level, message, fields = {}) => {
    stream.write(`${JSON.stringify({ level, time: new Date().toISOString(), message, ...fields })}\n`);
  };
