/** A token whose signature and claims were found to be right. */
export interface VerifiedToken<Caller> {
  caller: Caller;
  /** The key that it is signed with; the token is worth nothing once that key is withdrawn. */
  keyId: string;
  /** In milliseconds. */
  expiresAt: number;
}

const MOST = 1000;

/** The tokens verified last, so that a caller's next request costs no signature check. Whether they still hold is asked anew. */
export class VerifiedTokens<Caller> {
  readonly #tokens = new Map<string, VerifiedToken<Caller>>();

  find(token: string, now: number): VerifiedToken<Caller> | undefined {
    const found = this.#tokens.get(token);
    if (!found || found.expiresAt > now) return found;
    this.#tokens.delete(token);
    return undefined;
  }

  add(token: string, verified: VerifiedToken<Caller>): void {
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size >= MOST) this.#tokens.delete(oldest);
    this.#tokens.set(token, verified);
  }
}
