const REDACTED = '[redacted]';

/** Names of fields whose values are never logged, wherever they stand, whatever their case, hyphens and underscores. */
const SENSITIVE_KEY =
  '(?:[\\w.-]*(?:password|passwd|passphrase|secret|authorization|cookie|api[-_]?key|private[-_]?key|credential)[\\w.-]*' +
  '|(?:\\w+[-_])?(?:token|access[-_]?token|refresh[-_]?token|id[-_]?token|pan|cvc|cvv|card[-_]?number))';

const SCALAR = '"(?:[^"\\\\]|\\\\.)*"|-?\\d[\\d.eE+-]*|true|false|null';

/** Arrays of scalars and flat objects are replaced whole; deeper values are not found under such names in practice. */
const FLAT = `\\[[^\\[\\]{}]*\\]|\\{[^\\[\\]{}]*\\}`;

const BY_KEY = new RegExp(`("${SENSITIVE_KEY}"\\s*:\\s*)(?:${SCALAR}|${FLAT})`, 'gi');

/** Shapes of secrets in free text: each begins with something rare, so that a line without them costs one scan. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REDACTED],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(\w+:\/\/[^\s:/@"]+):[^\s@"]+@/g, `$1:${REDACTED}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
];

const CARD_NUMBER = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w.-])/g;

/** Takes secrets out of one serialized log line: by the name of the field, and by their shape anywhere in the text. */
export function redactLine(line: string): string {
  let redacted = line.replace(BY_KEY, `$1"${REDACTED}"`);
  for (const [pattern, replacement] of PATTERNS) redacted = redacted.replace(pattern, replacement);
  return redacted.replace(CARD_NUMBER, (digits) => (passesLuhn(digits) ? REDACTED : digits));
}

/** The check digit of payment cards (ISO/IEC 7812-1), so that other long numbers stay readable. */
function passesLuhn(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
