import { defineProblem } from '@fairlead/problem';

export const notCaptured = defineProblem({
  code: 'payments/not-captured',
  kind: 'conflict',
  meaning: 'Only a payment that was captured can be refunded.',
});

export const refundTooLarge = defineProblem({
  code: 'payments/refund-too-large',
  kind: 'unprocessable',
  meaning: 'More would be given back than was paid; `detail` names what is left.',
});

export const refundRefused = defineProblem({
  code: 'payments/refund-refused',
  kind: 'conflict',
  meaning: 'The payment provider refused the refund. Nothing was given back.',
});
