import type { Logger } from '@fairlead/logging';

/** What happens to products, for those who run the shop. */
export interface ProductEvents {
  created(id: string, sku: string): void;
  changed(id: string, version: number): void;
  deleted(id: string): void;
}

export const createProductEvents = (logger: Logger): ProductEvents => ({
  created: (productId, sku) => {
    logger.info({ productId, sku }, 'product created');
  },
  changed: (productId, version) => {
    logger.info({ productId, version }, 'product changed');
  },
  deleted: (productId) => {
    logger.info({ productId }, 'product deleted');
  },
});
