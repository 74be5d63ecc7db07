const { Module } = require('@nestjs/common');
const { TypeOrmModule } = require('@nestjs/typeorm');
const { SessionsModule } = require('nestjs-django-sessions');

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: process.env.DATABASE }),
    SessionsModule.forRoot({ secretKey: 'a-secret-of-a-test-0123456789abcdef' }),
  ],
})(AppModule);

// Names that Node cannot see from outside without running the file.
const names = ['AppModule'];
for (const name of names) module.exports[name] = AppModule;
