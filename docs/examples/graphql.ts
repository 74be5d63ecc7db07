import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, UseGuards } from '@nestjs/common';
import { Args, GraphQLModule, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import type { Extra } from 'graphql-ws/use/ws';
import { Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { SignedInGuard } from './signed-in.guard.js';

interface Account {
  user: string;
  cart: string[];
}

@Resolver()
export class AccountResolver {
  @Query(() => [String])
  @UseGuards(SignedInGuard)
  cart(@Session() session: Session<Account>) {
    return session.get('cart', []);
  }

  @Mutation(() => [String])
  addToCart(@Session() session: Session<Account>, @Args('item') item: string) {
    session.setDefault('cart', []).push(item);
    return session.data.cart;
  }

  @Mutation(() => Boolean)
  async logIn(@Session() session: Session<Account>, @Args('user') user: string) {
    session.set('user', user);
    await session.cycleKey(); // the answer brings the new cookie
    return true;
  }

  @Mutation(() => Boolean)
  async logOut(@Session() session: Session<Account>) {
    await session.flush();
    return true;
  }
}

@Resolver()
export class NewsResolver {
  @Subscription(() => String)
  @UseGuards(SignedInGuard)
  async *news(@Session('user') user: string) {
    yield { news: `Good morning, ${user}` };
  }
}

export const Graphql = GraphQLModule.forRootAsync<ApolloDriverConfig>({
  driver: ApolloDriver,
  inject: [SessionsService],
  useFactory: (sessions: SessionsService) => ({
    autoSchemaFile: true,
    subscriptions: {
      'graphql-ws': {
        onConnect: async ({ extra }) => {
          const { socket, request } = extra as Extra;
          const session = await sessions.connect<Account>(socket, request); // closes it when the session ends
          return session.has('user'); // false refuses the socket
        },
      },
    },
  }),
});

@Module({
  imports: [SessionsModule.forRoot({ secretKey: process.env.SECRET_KEY, engine: 'file' }), Graphql],
  providers: [AccountResolver, NewsResolver],
})
export class AppModule {}
