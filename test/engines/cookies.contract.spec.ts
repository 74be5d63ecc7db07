import { describe, test } from '@jest/globals';
import { cookieEngineCases } from 'nestjs-django-sessions/testing';
import { EncryptedCookiesEngine } from '../../libs/sessions/src/engines/encrypted-cookies/encrypted-cookies-engine.js';
import { SignedCookiesEngine } from '../../libs/sessions/src/engines/signed-cookies/signed-cookies-engine.js';
import { SECRET } from '../support/application.js';

const options = { secrets: [SECRET], cookieAge: 3600 };

describe('the signed_cookies engine keeps the contract', () => {
  const cases = cookieEngineCases({ make: (clock) => new SignedCookiesEngine({ ...options, clock }) });
  for (const { name, run } of cases) test(name, run);
});

describe('the encrypted_cookies engine keeps the contract', () => {
  const cases = cookieEngineCases({ make: (clock) => new EncryptedCookiesEngine({ ...options, clock }) });
  for (const { name, run } of cases) test(name, run);
});
