const REDACTED = '[redacted]';

/** Names of fields whose values are never logged, wherever they stand. */
const SENSITIVE_NAME =
  '[\\w.-]*(?:password|passwd|passphrase|secret|authorization|cookie|api[-_]?key|private[-_]?key|credential)[\\w.-]*' +
  '|(?:\\w+[-_])?(?:token|(?:access|refresh|id)[-_]?token|pan|cvc|cvv|card[-_]?number)';

const SENSITIVE_KEY = new RegExp(`^(?:${SENSITIVE_NAME})$`, 'i');

/** Shapes of secrets in text: tokens, credentials, keys, and JSON that a message quotes. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REDACTED],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(\w{1,20}:\/\/[^\s:/@"]{1,128}):[^\s@"/]{1,256}@/g, `$1:${REDACTED}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
  [new RegExp(`("(?:${SENSITIVE_NAME})"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|[^\\s",}]+)`, 'gi'), `$1"${REDACTED}"`],
];

const CARD_NUMBER = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w.-])/g;

/** Whether a line could hold a secret at all: what most lines are spared is to be parsed. */
const SUSPICIOUS = new RegExp(
  `"(?:${SENSITIVE_NAME})\\\\*"|eyJ|Bearer|Basic|AKIA|ASIA|:\\/\\/[^"\\s/@]{1,256}@|PRIVATE KEY|\\d(?:[ -]?\\d){12}`,
  'i',
);

/** Takes secrets out of one line of JSON: by the name of the field, and by their shape in any text or number. */
export function redactLine(line: string): string {
  if (!SUSPICIOUS.test(line)) return line;
  const redacted = JSON.stringify(JSON.parse(line), redactValue);
  return line.endsWith('\n') ? `${redacted}\n` : redacted;
}

function redactValue(key: string, value: unknown): unknown {
  if (SENSITIVE_KEY.test(key)) return REDACTED;
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number' && redactText(String(value)) === REDACTED) return REDACTED;
  return value;
}

function redactText(text: string): string {
  let redacted = text;
  for (const [pattern, replacement] of PATTERNS) redacted = redacted.replace(pattern, replacement);
  return redacted.replace(CARD_NUMBER, (digits) => (passesLuhn(digits) ? REDACTED : digits));
}

/** The check digit of payment cards (ISO/IEC 7812-1), so that other long numbers stay readable. */
function passesLuhn(text: string): boolean {
  const digits = Array.from(text.replace(/\D/g, ''), Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
