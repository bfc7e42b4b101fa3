import { randomInt } from 'node:crypto';
import { invalidParameter } from './secret-inputs.ts';

const UPPERCASE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** What GetRandomPassword is asked for. */
export interface PasswordRequest {
  length: number;
  excludeCharacters: string;
  excludeNumbers: boolean;
  excludePunctuation: boolean;
  excludeUppercase: boolean;
  excludeLowercase: boolean;
  includeSpace: boolean;
  requireEachIncludedType: boolean;
}

/** A random password, with one character of each type in it where that is required. */
export function randomPassword(request: PasswordRequest): string {
  const types = includedTypes(request);
  const alphabet = types.join('') + (request.includeSpace && !request.excludeCharacters.includes(' ') ? ' ' : '');
  if (alphabet === '') throw invalidParameter('The parameters exclude every character, so there is no password.');
  const required = request.requireEachIncludedType ? types : [];
  if (required.length > request.length) {
    throw invalidParameter('Password length is too short based on the required types.');
  }
  const free = Array.from({ length: request.length - required.length }, () => alphabet);
  return shuffle([...required, ...free].map(pick)).join('');
}

function includedTypes(request: PasswordRequest): string[] {
  const types = [
    request.excludeUppercase ? '' : UPPERCASE,
    request.excludeLowercase ? '' : UPPERCASE.toLowerCase(),
    request.excludeNumbers ? '' : NUMBERS,
    request.excludePunctuation ? '' : PUNCTUATION,
  ];
  const allowed = (letter: string): boolean => !request.excludeCharacters.includes(letter);
  return types.map((type) => Array.from(type).filter(allowed).join('')).filter((type) => type !== '');
}

function pick(letters: string): string {
  return letters.charAt(randomInt(letters.length));
}

function shuffle(letters: string[]): string[] {
  return letters
    .map((letter) => ({ letter, order: randomInt(2 ** 32) }))
    .sort((one, other) => one.order - other.order)
    .map(({ letter }) => letter);
}
