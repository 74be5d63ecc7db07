/** What needs TypeORM: Django's table as an entity and a migration, and the engine over it. */
export { DjangoSession } from './engines/db/django-session.entity.js';
export { CreateDjangoSession1700000000000 } from './engines/db/create-django-session.migration.js';
export { CreateUserSessions1700000000001 } from './engines/db/create-user-sessions.migration.js';
export { DatabaseEngine, type DatabaseEngineOptions } from './engines/db/database-engine.js';
