export { createTestContext, type TestContext, type TestContextOptions } from './create-test-context.ts';
export { listen } from './listen.ts';
