/** What a version of a secret holds: text, or bytes in base64. */
export interface SecretValue {
  kind: 'string' | 'binary';
  data: string;
}

/** One version of a secret; times are epoch milliseconds. */
export interface SecretVersion {
  id: string;
  value: SecretValue;
  /** The staging labels attached to it; a version without any is deprecated. */
  stages: string[];
  createdAt: number;
  accessedAt?: number | undefined;
}

/** A tag in AWS's words. */
interface Tag {
  Key: string;
  Value?: string | undefined;
}

/** What a secret is besides its values. */
export interface SecretDescription {
  name: string;
  description?: string | undefined;
  kmsKeyId?: string | undefined;
  tags?: Tag[] | undefined;
}

/** A secret with all of its versions, oldest first. */
export interface Secret extends SecretDescription {
  arn: string;
  tags: Tag[];
  createdAt: number;
  changedAt: number;
  accessedAt?: number | undefined;
  /** The end of the recovery window, where the secret is scheduled for deletion. */
  deletedAt?: number | undefined;
  versions: SecretVersion[];
}
