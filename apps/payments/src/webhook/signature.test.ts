import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSigned } from './signature.ts';

const KEYS = ['current-key-0123456789', 'previous-key-0123456789'];
const NOW = Date.parse('2026-11-21T10:00:00Z');
const BODY = Buffer.from('{"id":"one","chargeId":"two"}');

const sign = (body: Buffer, time: number | string = NOW / 1000, key = KEYS[0]!) =>
  `t=${time},v1=${createHmac('sha256', key).update(`${time}.`).update(body).digest('hex')}`;

test('a body is known by either key of a rotation', () => {
  for (const key of KEYS) expect(isSigned({ header: sign(BODY, NOW / 1000, key), body: BODY }, KEYS, NOW)).toBe(true);
});

test.each([
  [-300, true],
  [-301, false],
  [300, true],
  [301, false],
])('a signature of %d seconds from now is taken: %s', (seconds, taken) => {
  expect(isSigned({ header: sign(BODY, NOW / 1000 + seconds), body: BODY }, KEYS, NOW)).toBe(taken);
});

test('no change of any byte of the body goes unnoticed', () => {
  const header = sign(BODY);
  fc.assert(
    fc.property(fc.nat(BODY.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const body = Buffer.from(BODY);
      body[position]! ^= change;
      expect(isSigned({ header, body }, KEYS, NOW)).toBe(false);
    }),
  );
});

test('no change of any character of the header goes unnoticed', () => {
  const header = sign(BODY);
  for (let position = 0; position < header.length; position++) {
    for (const character of ['0', '1', 'a', 'F', ',', '=', ' ', 'é']) {
      const mutated = header.slice(0, position) + character + header.slice(position + 1);
      if (mutated === header) continue;
      expect(isSigned({ header: mutated, body: BODY }, KEYS, NOW), mutated).toBe(false);
    }
  }
});

describe('a header', () => {
  const digest = sign(BODY).slice(-64);
  test.each([
    ['that is missing', undefined],
    ['that is empty', ''],
    ['without a time', `v1=${digest}`],
    ['without a digest', `t=${NOW / 1000}`],
    ['with an empty digest', `t=${NOW / 1000},v1=`],
    ['with half a digest', `t=${NOW / 1000},v1=${digest.slice(32)}`],
    ['with two digests', `${sign(BODY)},v1=${digest}`],
    ['in capitals', sign(BODY).toUpperCase()],
    ['with the digest of another version', sign(BODY).replace('v1', 'v0')],
    ['with a time that is no number', sign(BODY, 'now')],
    ['with a time that never comes', sign(BODY, 9e11)],
    ['signed with an unknown key', sign(BODY, NOW / 1000, 'another-key')],
    ['signed with no key', sign(BODY, NOW / 1000, '')],
    ['signed over the body alone', `t=${NOW / 1000},v1=${createHmac('sha256', KEYS[0]!).update(BODY).digest('hex')}`],
  ])('%s is refused', (_title, header) => {
    expect(isSigned({ header, body: BODY }, KEYS, NOW)).toBe(false);
  });
});
