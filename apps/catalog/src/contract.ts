import { eventRoutes, reservationRoutes } from '@fairlead/catalog-api';
import { defineContract } from '@fairlead/contracts';
import { productRoutes } from './product/product-contract.ts';

export const catalogContract = defineContract({
  service: 'catalog',
  title: 'Catalog',
  description: 'The products of the shop and their stock.',
  version: '0.1.0',
  routes: { ...productRoutes, ...reservationRoutes, ...eventRoutes },
});
