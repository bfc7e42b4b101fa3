import type { SecretStore } from '../aws/secrets/secret-store.ts';
import type { PlayedResources } from '../graph/resources.ts';
import { createMasterUser, type Superuser } from './postgres-server.ts';

/** Does what RDS does when an instance is created: makes the master user whose credentials its managed secret holds. */
export async function createMasterUsers(
  { databases }: PlayedResources,
  secrets: SecretStore,
  superuser: Superuser,
): Promise<void> {
  const arns = databases.flatMap(({ masterUserSecrets }) => masterUserSecrets.map(({ secretArn }) => secretArn));
  for (const arn of arns) {
    const { username, password } = JSON.parse(secrets.getValue(arn).data) as { username: string; password: string };
    await createMasterUser(superuser, username, password);
  }
}
