import { operation, type Operation } from '../protocol/service.ts';
import { flag, integer, optional, text } from '../protocol/shape.ts';
import { randomPassword } from './random-password.ts';

/** GetRandomPassword, with AWS's defaults. */
export function getRandomPassword(): Operation {
  return operation(
    {
      PasswordLength: optional(integer(1, 4096)),
      ExcludeCharacters: optional(text({ max: 4096 })),
      ExcludeNumbers: optional(flag()),
      ExcludePunctuation: optional(flag()),
      ExcludeUppercase: optional(flag()),
      ExcludeLowercase: optional(flag()),
      IncludeSpace: optional(flag()),
      RequireEachIncludedType: optional(flag()),
    },
    (input) => ({
      RandomPassword: randomPassword({
        length: input.PasswordLength ?? 32,
        excludeCharacters: input.ExcludeCharacters ?? '',
        excludeNumbers: input.ExcludeNumbers ?? false,
        excludePunctuation: input.ExcludePunctuation ?? false,
        excludeUppercase: input.ExcludeUppercase ?? false,
        excludeLowercase: input.ExcludeLowercase ?? false,
        includeSpace: input.IncludeSpace ?? false,
        requireEachIncludedType: input.RequireEachIncludedType ?? true,
      }),
    }),
  );
}
