import { defineProblem } from '@fairlead/problem';

export const paymentNotFound = defineProblem({
  code: 'payments/payment-not-found',
  kind: 'not-found',
  meaning: 'No payment has this id, or it is not the caller’s.',
});

export const accountSuspended = defineProblem({
  code: 'payments/account-suspended',
  kind: 'forbidden',
  meaning: 'The account of the caller may not buy. Nothing was kept; the same key can be used again.',
});

export const dependencyUnavailable = defineProblem({
  code: 'payments/dependency-unavailable',
  kind: 'unavailable',
  meaning:
    'The purchase could not be prepared at the moment. Nothing was charged; send the same again, with the same key.',
});

export const outOfStock = defineProblem({
  code: 'payments/out-of-stock',
  kind: 'conflict',
  meaning: 'There is less in stock than was to be bought. Nothing was charged.',
});

export const productUnknown = defineProblem({
  code: 'payments/product-unknown',
  kind: 'unprocessable',
  meaning: 'One of the products does not exist. Nothing was charged.',
});

export const mixedCurrencies = defineProblem({
  code: 'payments/mixed-currencies',
  kind: 'unprocessable',
  meaning: 'The products are priced in different currencies; buy them separately. Nothing was charged.',
});

export const nothingToPay = defineProblem({
  code: 'payments/nothing-to-pay',
  kind: 'unprocessable',
  meaning: 'The products cost nothing, and a card cannot be charged nothing.',
});

export const declined = defineProblem({
  code: 'payments/declined',
  kind: 'payment-required',
  meaning: 'The payment provider declined the card. Nothing was charged; try another card, with another key.',
});

export const abandoned = defineProblem({
  code: 'payments/abandoned',
  kind: 'conflict',
  meaning:
    'The purchase was interrupted before the card was charged, and nobody went on with it. Nothing was charged; use another key.',
});

/** Why a payment can end without a charge. Each is kept with the payment and answered again for the same key. */
const FAILURES = [outOfStock, productUnknown, mixedCurrencies, nothingToPay, declined, abandoned] as const;

export const findFailure = (code: string) => FAILURES.find((failure) => failure.code === code);
