import { defineProblem } from '@fairlead/problem';

export const productNotFound = defineProblem({
  code: 'catalog/product-not-found',
  kind: 'not-found',
  meaning: 'No product has this id, or it was deleted.',
});

export const skuTaken = defineProblem({
  code: 'catalog/sku-taken',
  kind: 'conflict',
  meaning: 'Another product has this SKU.',
});

export const versionMissing = defineProblem({
  code: 'catalog/version-missing',
  kind: 'precondition-required',
  meaning:
    'A change needs `If-Match` with the `ETag` of the product, so that nobody overwrites what they have not seen.',
});

export const versionMismatch = defineProblem({
  code: 'catalog/version-mismatch',
  kind: 'precondition-failed',
  meaning: 'The product was changed since its `ETag` was read. Read it again, then decide.',
});
