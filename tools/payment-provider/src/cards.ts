/** What happens to the answer of the one request that takes effect; asked again, the provider answers at once. */
export type Disturbance = 'late' | 'cut' | 'withheld';

/** A card number with which the provider behaves in one particular way. */
export interface TestCard {
  name: string;
  number: string;
  /** One sentence for the table in the README. */
  behaviour: string;
  declineReason?: string;
  authorisation?: Disturbance;
  capture?: Disturbance;
  /** What comes to the webhook URL beside the one event. */
  webhook?: 'repeated' | 'forged-first';
}

/** Every number passes the Luhn check; the first three mean the same at Stripe. */
export const TEST_CARDS: readonly TestCard[] = [
  { name: 'approve', number: '4242424242424242', behaviour: 'Everything succeeds.' },
  {
    name: 'decline',
    number: '4000000000000002',
    behaviour: 'Declined, reason `declined`.',
    declineReason: 'declined',
  },
  {
    name: 'insufficient-funds',
    number: '4000000000009995',
    behaviour: 'Declined, reason `insufficient-funds`.',
    declineReason: 'insufficient-funds',
  },
  {
    name: 'slow',
    number: '4000000000003022',
    behaviour: 'Authorised, but the answer takes 1.5 seconds.',
    authorisation: 'late',
  },
  {
    name: 'captured-in-silence',
    number: '4000000000003030',
    behaviour: 'The capture takes effect, but nothing is answered for 30 seconds; then the connection is cut.',
    capture: 'withheld',
  },
  {
    name: 'lost-reply',
    number: '4000000000003048',
    behaviour: 'The authorisation takes effect, but the connection is cut without an answer.',
    authorisation: 'cut',
  },
  {
    name: 'repeated-webhook',
    number: '4000000000003055',
    behaviour: 'Every event is delivered three times, at once.',
    webhook: 'repeated',
  },
  {
    name: 'forged-webhook',
    number: '4000000000003063',
    behaviour: 'Before each event comes a `charge.declined` for the same charge that the provider did not sign.',
    webhook: 'forged-first',
  },
];

/** What any other number is declined for: nobody's real card can be charged here. */
export const NOT_A_TEST_CARD = 'not-a-test-card';

export const findCardByNumber = (number: string): TestCard | undefined =>
  TEST_CARDS.find((card) => card.number === number);

export const findCardByName = (name: string | undefined): TestCard | undefined =>
  TEST_CARDS.find((card) => card.name === name);

/** Whether the last digit is the check digit of the others (ISO/IEC 7812-1). */
export function passesLuhn(number: string): boolean {
  const sum = Array.from(number)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
