import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import {
  Args,
  Field,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { Session, SessionsService } from 'nestjs-django-sessions';

export interface Shop {
  user: string;
  cart: string[];
  visits: number;
}

@Injectable()
export class SignedIn implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.sessions.from<Shop>(context)).has('user');
  }
}

@ObjectType()
class Account {
  @Field(() => String)
  name!: string;
}

@Resolver(() => Account)
export class ShopResolver {
  @Query(() => String)
  nothing(): string {
    return 'nothing';
  }

  @Query(() => [String])
  cart(@Session() session: Session<Shop>): string[] {
    return session.get('cart', []);
  }

  @Query(() => Int)
  async visit(@Session() session: Session<Shop>): Promise<number> {
    await Promise.resolve();
    return session.set('visits', session.get('visits', 0) + 1).data.visits;
  }

  @Query(() => Account)
  account(@Session('user') user: string | undefined): Account {
    return { name: user ?? '' };
  }

  @ResolveField(() => [String])
  history(@Parent() { name }: Account, @Session() session: Session<Shop>): string[] {
    session.set('cart', [...session.get('cart', []), `seen by ${name}`]);
    return session.data.cart;
  }

  @Query(() => String)
  @UseGuards(SignedIn)
  secret(@Session('user') user: string): string {
    return user;
  }

  @Mutation(() => [String])
  add(@Session() session: Session<Shop>, @Args('item', { type: () => String }) item: string): string[] {
    session.setDefault('cart', []).push(item);
    return session.data.cart;
  }

  @Mutation(() => Boolean)
  async logIn(@Session() session: Session<Shop>, @Args('user', { type: () => String }) user: string): Promise<boolean> {
    session.set('user', user);
    await session.cycleKey();
    return true;
  }

  @Mutation(() => Boolean)
  async logOut(@Session() session: Session<Shop>): Promise<boolean> {
    await session.flush();
    return true;
  }

  @Mutation(() => Boolean, { nullable: true })
  fail(@Session() session: Session<Shop>): boolean {
    session.set('cart', ['before it failed']);
    throw new Error('not today');
  }

  @Mutation(() => Boolean, { nullable: true })
  async failAndUndo(@Session() session: Session<Shop>): Promise<boolean> {
    session.set('cart', ['before it failed']);
    await session.reload();
    throw new Error('not today');
  }

  @Subscription(() => String, { resolve: (user: string) => user })
  async *users(@Session() session: Session<Shop>): AsyncGenerator<string> {
    yield session.get('user', 'nobody');
  }

  @Subscription(() => String, { resolve: (user: string) => user })
  @UseGuards(SignedIn)
  async *secrets(@Session('user') user: string): AsyncGenerator<string> {
    yield user;
  }
}
