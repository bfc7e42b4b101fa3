export { checkStatement } from './check-statement.ts';
export { createTestDatabase, type TestDatabase, type TestServer } from './create-test-database.ts';
