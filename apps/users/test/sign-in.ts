import type { Express } from 'express';
import request from 'supertest';
import { PASSWORD } from './start-users.ts';

export interface Tokens {
  accessToken: string;
  tokenType: string;
  expiresIn: number;
  refreshToken: string;
}

export async function signIn(app: Express, email: string, password = PASSWORD): Promise<Tokens> {
  return (await request(app).post('/users/sessions').send({ email, password }).expect(201)).body as Tokens;
}

export const refresh = (app: Express, refreshToken: string) =>
  request(app).post('/users/sessions/refresh').send({ refreshToken });

/** Exchanges a refresh token, which must work. */
export async function refreshTokens(app: Express, refreshToken: string): Promise<Tokens> {
  return (await refresh(app, refreshToken).expect(200)).body as Tokens;
}
