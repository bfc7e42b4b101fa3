export { checkStatements } from './check-statements.ts';
export { createTestDatabase, type TestDatabase, type TestServer } from './create-test-database.ts';
